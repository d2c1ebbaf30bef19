// A value as a tree: the WAI-ARIA pattern of a tree view. Rows of a level are made when it opens.
import type { ValueChild, ValueNode, ValueTree } from '../../kernel/wire/value.ts';
import { element } from '../shared/dom.ts';
import { count, shortNumber } from '../shared/numbers.ts';
import { isWorthDrawing, sparkline } from '../shared/sparkline.ts';

/** A row, and how it opens. */
interface Row {
  item: HTMLElement;
  open?: (open: boolean) => void;
}

/** The rows by their elements. */
type Rows = WeakMap<HTMLElement, Row>;

export function drawTree({ root }: ValueTree): HTMLElement {
  const tree = element('div', 'tree');
  tree.setAttribute('role', 'tree');
  tree.setAttribute('aria-label', `Value ${root.text}`);
  const rows: Rows = new WeakMap();
  const first = row({ key: '', join: '', value: root }, 1, rows);
  first.item.tabIndex = 0;
  tree.append(first.item);
  tree.addEventListener('keydown', (event) => onKey(event, tree, rows));
  return tree;
}

function row({ key, join, value }: ValueChild, level: number, rows: Rows): Row {
  const item = element('div', 'item');
  item.setAttribute('role', 'treeitem');
  item.setAttribute('aria-level', String(level));
  item.tabIndex = -1;
  const line = element('div', 'line');
  const twist = element('span', 'twist');
  twist.setAttribute('aria-hidden', 'true');
  line.append(twist);
  if (key) line.append(element('span', 'key', key), element('span', 'join', join === '=>' ? ' => ' : ': '));
  const shown = element('span', `value ${value.kind}`, value.text);
  line.append(shown, ...glance(value));
  item.append(line);
  const made: Row = { item };
  rows.set(item, made);
  const group = opens(value, level, rows);
  if (group) {
    item.setAttribute('aria-expanded', 'false');
    item.classList.add('opens');
    made.open = (open) => {
      item.setAttribute('aria-expanded', String(open));
      if (!open) item.querySelector(':scope > .group')?.remove();
      else if (!item.querySelector(':scope > .group')) item.append(group());
    };
  }
  line.addEventListener('click', (event) => {
    event.stopPropagation(); // a click on an output also selects its cell
    // Marking text with the mouse opens nothing
    if (String(getSelection() ?? '') !== '') return;
    item.focus();
    made.open?.(item.getAttribute('aria-expanded') !== 'true');
  });
  return made;
}

/** What the values of a tensor are: their range with a histogram, or the one value; counts of those that are not finite. */
function glance({ tensor }: ValueNode): Element[] {
  if (!tensor) return [];
  const { min, max, mean, histogram, nan, positiveInfinity, negativeInfinity } = tensor;
  const shown: Element[] = [];
  if (min !== undefined && max !== undefined && min === max) shown.push(element('span', 'fact', shortNumber(min)));
  else if (min !== undefined && max !== undefined) {
    shown.push(element('span', 'fact', `${shortNumber(min)} … ${shortNumber(max)}`));
    if (mean !== undefined) shown.push(element('span', 'fact', `mean ${shortNumber(mean)}`));
    if (isWorthDrawing(histogram)) shown.push(sparkline(histogram, min, max));
  }
  const special = nan + positiveInfinity + negativeInfinity;
  if (special > 0)
    shown.push(element('span', 'fact warning', `${count(special)} ${special === nan ? 'NaN' : 'not finite'}`));
  return shown;
}

/** Makes what a row shows when it opens; undefined if it does not open. */
function opens(value: ValueNode, level: number, rows: Rows): (() => HTMLElement) | undefined {
  const { whole, children, more = 0 } = value;
  if (!whole && !children) return undefined;
  return () => {
    const group = element('div', 'group');
    group.setAttribute('role', 'group');
    if (whole) group.append(element('pre', 'whole', whole));
    for (const child of children ?? []) group.append(row(child, level + 1, rows).item);
    if (more > 0) group.append(element('div', 'more', `… ${count(more)} more`));
    return group;
  };
}

/** Arrow keys as in every tree: right opens or goes in, left closes or goes out, up and down go along the rows. */
function onKey(event: KeyboardEvent, tree: HTMLElement, rows: Rows): void {
  const item = (event.target as HTMLElement).closest<HTMLElement>('.item');
  if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = [...tree.querySelectorAll<HTMLElement>('.item')];
  const expanded = item.getAttribute('aria-expanded');
  const to = (target: HTMLElement | null | undefined) => {
    if (!target) return;
    for (const other of all) other.tabIndex = -1;
    target.tabIndex = 0;
    target.focus();
  };
  switch (event.key) {
    case 'ArrowDown':
      to(all[all.indexOf(item) + 1]);
      break;
    case 'ArrowUp':
      to(all[all.indexOf(item) - 1]);
      break;
    case 'Home':
      to(all[0]);
      break;
    case 'End':
      to(all.at(-1));
      break;
    case 'ArrowRight':
      if (expanded === 'false') rows.get(item)?.open?.(true);
      else if (expanded === 'true') to(all[all.indexOf(item) + 1]);
      break;
    case 'ArrowLeft':
      if (expanded === 'true') rows.get(item)?.open?.(false);
      else to(item.parentElement?.closest<HTMLElement>('.item'));
      break;
    case 'Enter':
    case ' ':
      rows.get(item)?.open?.(expanded === 'false');
      break;
    default:
      return;
  }
  event.preventDefault();
  event.stopPropagation();
}
