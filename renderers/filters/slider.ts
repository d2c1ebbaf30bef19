// A slider over indices, with the chosen index or its label beside it.
import { element } from '../shared/dom.ts';

export interface SliderState {
  name: string;
  count: number;
  value: number;
  /** The label of each index; by default the index itself. */
  labels?: readonly string[];
}

export function slider({ name, count, value, labels }: SliderState, moved: (value: number) => void): HTMLElement {
  const row = element('label', 'slider');
  const input = element('input', '');
  input.type = 'range';
  input.min = '0';
  input.max = String(count - 1);
  input.step = '1';
  input.value = String(value);
  input.setAttribute('aria-label', name);
  const textOf = (i: number) => labels?.[i] || String(i);
  const shown = element('output', '', textOf(value));
  const tell = () => input.setAttribute('aria-valuetext', textOf(Number(input.value)));
  tell();
  input.addEventListener('input', () => {
    shown.textContent = textOf(Number(input.value));
    tell();
    moved(Number(input.value));
  });
  // Keys of an output also reach the editor
  input.addEventListener('keydown', (event) => event.stopPropagation());
  row.append(element('span', 'label', name), input, shown);
  return row;
}
