// The controls of a panel: sliders, lists, boxes and buttons as native elements, so that the keyboard and screen readers
// work. Made once and refilled, so that what the reader holds stays.
import {
  lastPlace,
  placeOf,
  valueAt,
  valueText,
  type Control,
  type ControlValue,
  type Grid,
} from '../../kernel/wire/controls.ts';
import { button, element } from '../shared/dom.ts';
import { styles } from './styles.ts';

export interface HeaderEvents {
  moved(name: string, value: ControlValue): void;
  stop(): void;
}

/** What may be moved. */
export type Mode =
  /** Everything, to every value. */
  | { kind: 'all' }
  /** To the samples of a grid. */
  | { kind: 'samples'; samples: Grid['samples'] }
  | { kind: 'nothing' };

interface Row {
  control: Control;
  /** Shows the control's value; `stops` are the values that it may take. */
  fill(stops: readonly number[] | undefined, enabled: boolean): void;
}

export class Header {
  readonly element = document.createElement('div');
  private readonly rows: Row[];
  private readonly note = element('span', 'note');
  private readonly status = element('div', 'status');
  private readonly stop: HTMLButtonElement;
  private playing: number | undefined;
  private mode: Mode = { kind: 'all' };

  constructor(
    title: string | undefined,
    controls: readonly Control[],
    private readonly events: HeaderEvents,
  ) {
    const root = this.element.attachShadow({ mode: 'open' });
    const style = document.createElement('style');
    style.textContent = styles;
    root.append(style);
    if (title !== undefined) root.append(element('div', 'title', title));
    const list = element('div', 'controls');
    list.setAttribute('role', 'group');
    list.setAttribute('aria-label', title ?? 'Controls');
    this.rows = controls.map((control, i) => {
      const made = this.row(control, i);
      list.append(made.element);
      return made;
    });
    this.stop = button('Stop', 'Interrupt the function', () => events.stop());
    this.stop.hidden = true;
    this.note.setAttribute('role', 'status');
    this.status.append(this.note, this.stop);
    root.append(list, this.status);
    // Keys of an output also reach the editor, which has its own use for letters and arrows; its commands stay
    root.addEventListener('keydown', (event) => {
      const { key, ctrlKey, metaKey, altKey } = event as KeyboardEvent;
      if (!ctrlKey && !metaKey && !altKey && !/^(F\d+|Escape|Tab)$/.test(key)) event.stopPropagation();
    });
  }

  /** Shows the values that the controls have now. */
  show(mode: Mode): void {
    this.mode = mode;
    this.rows.forEach(({ fill }, i) => {
      const stops = mode.kind === 'samples' ? mode.samples[i] : undefined;
      fill(
        stops ?? undefined,
        mode.kind === 'all' || (mode.kind === 'samples' && stops !== null && stops !== undefined),
      );
    });
  }

  /** @param stoppable whether something computes that can be stopped */
  say(text: string, stoppable = false): void {
    if (this.note.textContent !== text) this.note.textContent = text;
    this.stop.hidden = !stoppable;
    this.status.classList.toggle('empty', text === '' && !stoppable);
  }

  dispose(): void {
    this.pause();
  }

  private row(control: Control, at: number): Row & { element: HTMLElement } {
    switch (control.kind) {
      case 'range':
        return this.slider(control);
      case 'steps':
        return this.film(control, at);
      case 'choice':
        return this.list(control);
      case 'check':
        return this.box(control);
      case 'button':
        return this.press(control);
    }
  }

  private moved(control: Control, value: ControlValue): void {
    control.value = value;
    this.events.moved(control.name, value);
    this.show(this.mode);
  }

  private slider(control: Extract<Control, { kind: 'range' }>): Row & { element: HTMLElement } {
    let stops: readonly number[] | undefined;
    const { row, input, shown } = sliderRow(control);
    input.addEventListener('input', () => {
      const place = Number(input.value);
      this.moved(control, stops ? stops[place]! : valueAt(control, place));
    });
    return {
      element: row,
      control,
      fill(now, enabled) {
        stops = now;
        const value = control.value;
        input.max = String(stops ? stops.length - 1 : lastPlace(control));
        input.value = String(stops ? nearest(stops, value) : placeOf(control, value));
        input.disabled = !enabled;
        tellValue(control, input, shown);
      },
    };
  }

  private film(control: Extract<Control, { kind: 'steps' }>, at: number): Row & { element: HTMLElement } {
    const { row, input, shown } = sliderRow(control);
    input.max = String(control.at.length - 1);
    row.classList.add('film');
    input.addEventListener('input', () => {
      this.pause();
      this.moved(control, Number(input.value));
    });
    const play = button('', 'Play', () => (this.playing === undefined ? this.play(control) : this.pause()), 'play');
    row.prepend(play);
    return {
      element: row,
      control,
      fill: (_, enabled) => {
        input.value = String(control.value);
        input.disabled = !enabled;
        play.disabled = !enabled || control.at.length < 2;
        const playing = this.playing !== undefined;
        play.textContent = playing ? '❚❚' : '▶';
        play.title = playing ? 'Pause' : 'Play';
        play.setAttribute('aria-label', play.title);
        tellValue(control, input, shown);
        row.dataset['at'] = String(at);
      },
    };
  }

  private play(control: Extract<Control, { kind: 'steps' }>): void {
    const last = control.at.length - 1;
    if (control.value === last) this.moved(control, 0);
    // The whole film takes about six seconds
    const pace = Math.max(60, Math.min(400, 6000 / control.at.length));
    this.playing = window.setInterval(() => {
      if (control.value >= last) this.pause();
      else this.moved(control, control.value + 1);
    }, pace);
    this.show(this.mode);
  }

  private pause(): void {
    if (this.playing === undefined) return;
    clearInterval(this.playing);
    this.playing = undefined;
    this.show(this.mode);
  }

  private list(control: Extract<Control, { kind: 'choice' }>): Row & { element: HTMLElement } {
    const row = element('label', 'control');
    const select = element('select', '');
    control.options.forEach((text, i) => {
      const option = element('option', '', text);
      option.value = String(i);
      select.append(option);
    });
    select.addEventListener('change', () => this.moved(control, Number(select.value)));
    row.append(element('span', 'label', control.label ?? control.name), select);
    return {
      element: row,
      control,
      fill(_, enabled) {
        select.value = String(control.value);
        select.disabled = !enabled;
      },
    };
  }

  private box(control: Extract<Control, { kind: 'check' }>): Row & { element: HTMLElement } {
    const row = element('label', 'control');
    const input = element('input', '');
    input.type = 'checkbox';
    input.addEventListener('change', () => this.moved(control, input.checked));
    row.append(input, element('span', 'label', control.label ?? control.name));
    return {
      element: row,
      control,
      fill(_, enabled) {
        input.checked = control.value;
        input.disabled = !enabled;
      },
    };
  }

  private press(control: Extract<Control, { kind: 'button' }>): Row & { element: HTMLElement } {
    const made = button(control.label ?? control.name, '', () => this.moved(control, control.value + 1), 'press');
    return { element: made, control, fill: (_, enabled) => void (made.disabled = !enabled) };
  }
}

function sliderRow(control: Control): { row: HTMLElement; input: HTMLInputElement; shown: HTMLElement } {
  const row = element('label', 'control slider');
  const input = element('input', '');
  input.type = 'range';
  input.min = '0';
  input.step = '1';
  const name = control.label ?? control.name;
  input.setAttribute('aria-label', name);
  // `input` tells its value to screen readers itself
  const shown = element('span', 'value');
  shown.setAttribute('aria-hidden', 'true');
  row.append(element('span', 'label', name), input, shown);
  return { row, input, shown };
}

function tellValue(control: Control, input: HTMLInputElement, shown: HTMLElement): void {
  const text = valueText(control);
  shown.textContent = text;
  input.setAttribute('aria-valuetext', text);
}

/** The index of the nearest value. */
function nearest(values: readonly number[], value: number): number {
  let best = 0;
  values.forEach((v, i) => {
    if (Math.abs(v - value) < Math.abs(values[best]! - value)) best = i;
  });
  return best;
}
