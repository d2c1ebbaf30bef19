// The controls over the picture: how it is drawn, the roles of the axes, copying and saving. Native elements, so that
// the keyboard works.
import { button, choice, element } from '../shared/dom.ts';
import { count } from '../shared/numbers.ts';
import { SCALES, type ScaleName } from '../shared/color-scale.ts';
import type { Mode, Role } from './axes.ts';

export interface ControlState {
  shape: readonly number[];
  modes: readonly Mode[];
  mode: Mode;
  roles: readonly Role[];
  scale: ScaleName;
}

export interface ControlEvents {
  mode(mode: Mode): void;
  role(axis: number, role: Role): void;
  scale(scale: ScaleName): void;
  copyJson(): void;
  copyCsv(): void;
  saveImage(): void;
  saveNpy(): void;
}

const MODES: Record<Mode, string> = { bars: 'Bars', heat: 'Heat map', image: 'Image', table: 'Table' };
const ROLES: Record<Role, string> = {
  rows: 'rows',
  columns: 'columns',
  grid: 'grid',
  slider: 'slider',
  channels: 'channels',
};

export function toolbar(state: ControlState, events: ControlEvents): HTMLElement {
  const { mode, modes, roles, shape, scale } = state;
  const bar = element('div', 'toolbar');
  bar.setAttribute('role', 'toolbar');
  bar.setAttribute('aria-label', 'How the tensor is shown');
  const view = element('span', 'group');
  if (modes.length > 1) view.append(choice('Drawn as', modes, MODES, mode, events.mode));
  if (mode === 'heat') view.append(choice('Colors', Object.keys(SCALES) as ScaleName[], SCALES, scale, events.scale));
  if (view.childElementCount > 0) bar.append(view);
  if (shape.length >= 2) {
    const axes = element('span', 'group');
    roles.forEach((role, axis) => {
      const label = element('label', '');
      label.append(
        element('span', 'label', `axis ${axis}`),
        choice(`Axis ${axis}, ${count(shape[axis]!)} indices`, rolesOf(mode, shape[axis]!), ROLES, role, (r) =>
          events.role(axis, r),
        ),
      );
      axes.append(label);
    });
    bar.append(axes);
  }
  bar.append(actions(mode, events));
  return bar;
}

function rolesOf(mode: Mode, length: number): Role[] {
  if (mode === 'bars') return ['columns', 'slider'];
  const roles: Role[] = ['rows', 'columns', 'grid', 'slider'];
  return mode === 'image' && (length === 1 || length === 3 || length === 4) ? [...roles, 'channels'] : roles;
}

function actions(mode: Mode, events: ControlEvents): HTMLElement {
  const group = element('span', 'group actions');
  group.append(element('span', 'label', 'Copy'));
  group.append(
    button('JSON', 'Copy the values as JSON', events.copyJson),
    button('CSV', 'Copy the values as CSV', events.copyCsv),
  );
  group.append(element('span', 'label', 'Save'));
  if (mode !== 'table') group.append(button('PNG', 'Save the picture', events.saveImage));
  group.append(button('.npy', 'Save the values for NumPy', events.saveNpy));
  return group;
}

export interface SliderState {
  axis: number;
  /** The indices to choose from: from `start` in steps. */
  start: number;
  step: number;
  count: number;
  index: number;
}

/** A slider over the indices of an axis. */
export function slider(
  { axis, start, step, count: n, index }: SliderState,
  moved: (index: number) => void,
): HTMLElement {
  const row = element('label', 'slider');
  const input = element('input', '');
  input.type = 'range';
  input.min = String(start);
  input.max = String(start + (n - 1) * step);
  input.step = String(step);
  input.value = String(index);
  input.dataset['axis'] = String(axis);
  input.setAttribute('aria-label', `Index of axis ${axis}`);
  const shown = element('output', '', input.value);
  input.addEventListener('input', () => {
    shown.textContent = input.value;
    moved(Number(input.value));
  });
  row.append(element('span', 'label', `axis ${axis}`), input, shown);
  return row;
}

/** Moves a slider to the cursor. */
export function setSlider(row: Element, cursor: readonly number[]): void {
  const input = row.querySelector('input')!;
  const index = String(cursor[Number(input.dataset['axis'])]);
  if (input.value !== index) input.value = index;
  row.querySelector('output')!.textContent = index;
}
