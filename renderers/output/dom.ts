// Links from errors and notices to the editor.
import { element } from '../shared/dom.ts';

export interface Links {
  /** Sends a message to the extension; undefined if there is none. */
  post: ((message: unknown) => void) | undefined;
}

/** A link that sends a message, or plain text without an extension. It is a button, so that the keyboard reaches it. */
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
