// An error of a cell: message, hint, code frame, stack trace and causes.
import type { CellError, ErrorFrame } from '../../kernel/wire/errors.ts';
import { element } from '../shared/dom.ts';
import { link, type Links } from './dom.ts';

/** Frames that are shown unfolded. */
const SHOWN_FRAMES = 8;

export function drawError(error: CellError, links: Links): HTMLElement {
  const box = element('div', 'error');
  box.setAttribute('role', 'group');
  box.setAttribute('aria-label', `${error.name}: ${error.message}`);
  const head = element('div', 'message');
  if (error.name) head.append(element('span', 'name', error.name), element('span', '', ': '));
  head.append(element('span', '', error.message));
  box.append(head);
  if (error.hint) box.append(element('div', 'hint', error.hint));
  if (error.codeFrame) {
    if (error.at) box.append(place(error.at, links));
    const frame = element('pre', 'frame', error.codeFrame);
    frame.tabIndex = 0; // long lines scroll, also by keyboard
    box.append(frame);
  }
  if (error.frames.length > 0) box.append(drawFrames(error.frames, links));
  for (const cause of error.causes ?? []) {
    const inner = element('div', 'cause');
    inner.append(element('div', 'label', 'Caused by'), drawError(cause, links));
    box.append(inner);
  }
  return box;
}

function place(frame: ErrorFrame, links: Links): HTMLElement {
  const line = element('div', 'place');
  line.append('in ', frameLink(frame, links));
  return line;
}

function drawFrames(frames: ErrorFrame[], links: Links): HTMLElement {
  const list = frameList(frames.slice(0, SHOWN_FRAMES), links);
  if (frames.length <= SHOWN_FRAMES) return list;
  const more = document.createElement('details');
  more.append(
    element('summary', '', `${frames.length - SHOWN_FRAMES} more frames`),
    frameList(frames.slice(SHOWN_FRAMES), links),
  );
  const all = element('div', '');
  all.append(list, more);
  return all;
}

function frameList(frames: ErrorFrame[], links: Links): HTMLElement {
  const list = element('ul', 'frames');
  list.setAttribute('aria-label', 'Stack trace');
  for (const frame of frames) {
    const row = element('li', '');
    row.append('at ');
    if (frame.fn) row.append(element('span', 'fn', frame.fn), ' in ');
    row.append(frameLink(frame, links));
    list.append(row);
  }
  return list;
}

function frameLink(frame: ErrorFrame, links: Links): HTMLElement {
  const { cell, cellNumber, file, line, column } = frame;
  if (cell !== undefined) {
    return link(`cell ${cellNumber ?? '?'}, line ${line}`, { type: 'reveal', cell, line, column }, links);
  }
  const text = `${file ?? 'unknown'}:${line}:${column}`;
  // Files of packages and of Node are named, without a link
  if (file === undefined || /^node:|(^|[/\\])node_modules[/\\]/.test(file)) return element('span', '', text);
  return link(text, { type: 'openFile', file, line, column }, links);
}
