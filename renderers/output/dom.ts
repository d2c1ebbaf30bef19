// Small helpers to build elements from text.

export interface Links {
  /** Sends a message to the extension; undefined where there is no extension to hear it. */
  post: ((message: unknown) => void) | undefined;
}

/** An element with a class and text; the text is never parsed. */
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

/** A link that sends a message, or plain text where nobody would hear it. A button, so that the keyboard reaches it. */
export function link(text: string, message: object, links: Links): HTMLElement {
  const { post } = links;
  if (!post) return element('span', '', text);
  const button = element('button', 'link', text);
  button.type = 'button';
  button.addEventListener('click', (event) => {
    event.preventDefault();
    event.stopPropagation(); // a click on an output also selects its cell
    post(message);
  });
  return button;
}
