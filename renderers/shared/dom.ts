// Builds elements from text, which is never parsed as HTML.

/** An element with a class and text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  text?: string,
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** An SVG element with attributes and text. */
export function svgElement<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number> = {},
  text?: string,
): SVGElementTagNameMap[K] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

/** A button with a tooltip. @param pressed called for the pointer and the keyboard */
export function button(text: string, title: string, pressed: () => void, className = ''): HTMLButtonElement {
  const made = element('button', className, text);
  made.type = 'button';
  made.title = title;
  made.addEventListener('click', (event) => {
    event.stopPropagation(); // a click on an output also selects its cell
    pressed();
  });
  return made;
}

/** A drop-down list of named values. @param name for the tooltip and for screen readers */
export function choice<T extends string>(
  name: string,
  values: readonly T[],
  texts: Record<T, string>,
  chosen: T,
  changed: (value: T) => void,
): HTMLSelectElement {
  const select = element('select', '');
  select.setAttribute('aria-label', name);
  select.title = name;
  for (const value of values) {
    const option = element('option', '', texts[value]);
    option.value = value;
    option.selected = value === chosen;
    select.append(option);
  }
  select.addEventListener('change', () => changed(select.value as T));
  return select;
}
