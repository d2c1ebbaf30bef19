// Converts a Jupyter notebook (`.ipynb`, nbformat 3 and 4) to a `.dlnb` notebook. Nothing is lost: code of languages
// that the kernel does not run stays code of its language, raw cells are plain text, and metadata are kept under
// `jupyter`. Only execution counts are left out.
import { FormatError, positionAt } from '../format/error.ts';
import { repairedCellId } from '../format/id.ts';
import { plainJson, readJson } from '../format/json.ts';
import { isRunnable } from '../format/languages.ts';
import type { Cell, Json, Notebook, Unknown } from '../format/types.ts';
import { languageId } from './languages.ts';
import { importOutput, isBase64 } from './outputs.ts';
import { isRecord, recordIn, textOf, type JsonObject } from './values.ts';

/** A converted notebook, and what the user should know of it. */
export interface Imported {
  notebook: Notebook;
  /** Number of code cells in languages that the kernel does not run, by language. */
  notRun: Record<string, number>;
}

/**
 * Converts the bytes of an `.ipynb` file.
 * @throws FormatError with place, cause and remedy if it is no Jupyter notebook
 */
export function importJupyter(bytes: Uint8Array): Imported {
  const text = decode(bytes);
  const { value } = readJson(text);
  const file = plainJson(value);
  const fail = (reason: string): never => {
    throw new FormatError(positionAt(text, 0), reason);
  };
  if (!isRecord(file)) return fail('not a Jupyter notebook: a notebook begins with { "cells": …');
  const version = file['nbformat'];
  if (typeof version !== 'number') {
    return fail(
      Object.hasOwn(file, 'dlnb')
        ? 'this is a DLNB notebook already: give its file the ending .dlnb.'
        : 'not a Jupyter notebook: there is no number "nbformat".',
    );
  }
  if (version < 3) return fail(`nbformat ${version} is too old. Open the file in Jupyter and save it.`);
  if (version >= 5) return fail(`nbformat ${version} is too new; 3 and 4 are known. Save it as nbformat 4 in Jupyter.`);
  const metadata = recordIn(file, 'metadata');
  const cells = listOfCells(file) ?? fail('not a Jupyter notebook: there is no list "cells".');
  return convert(cells, metadata);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FormatError(positionAt('', 0), 'the file is not UTF-8. Save it as UTF-8.');
  }
}

/** The cells; nbformat 3 has them in worksheets. */
function listOfCells(file: JsonObject): Json[] | undefined {
  const { cells, worksheets } = file;
  if (Array.isArray(cells)) return cells;
  if (!Array.isArray(worksheets)) return undefined;
  return worksheets.flatMap((sheet) => (isRecord(sheet) && Array.isArray(sheet['cells']) ? sheet['cells'] : []));
}

function convert(list: Json[], metadata: JsonObject): Imported {
  const language = notebookLanguage(metadata);
  const taken = new Set<string>();
  const notRun: Record<string, number> = {};
  const cells = list.map((value, i) => {
    const raw = isRecord(value) ? value : { cell_type: 'raw', source: textOf(value) };
    const own = raw['id'];
    const isFree = typeof own === 'string' && /^[\w-]{1,64}$/.test(own) && !taken.has(own);
    const id = isFree ? own : repairedCellId(taken, `${i} ${textOf(own)}`);
    taken.add(id);
    const cell = convertCell(raw, id, language);
    if (cell.kind === 'code' && !isRunnable(cell.language)) notRun[cell.language] = (notRun[cell.language] ?? 0) + 1;
    return cell;
  });
  const kept: JsonObject = Object.keys(metadata).length > 0 ? { jupyter: metadata } : {};
  return { notebook: { dlnb: 1, metadata: kept, cells }, notRun };
}

/** The language of code cells; Jupyter's own without any word of it. */
function notebookLanguage(metadata: JsonObject): string {
  const kernel = recordIn(metadata, 'kernelspec');
  const names = [recordIn(metadata, 'language_info')['name'], kernel['language'], kernel['name']];
  const name = names.find((n): n is string => typeof n === 'string' && n !== '');
  return name === undefined ? 'python' : languageId(name);
}

function convertCell(cell: JsonObject, id: string, language: string): Cell {
  const source = textOf(cell['source'] ?? cell['input']).replaceAll('\r\n', '\n');
  const metadata = { ...recordIn(cell, 'metadata') };
  const kind = cell['cell_type'];
  if (kind === 'markdown' || kind === 'heading') {
    const { text, left } = withAttachments(source, recordIn(cell, 'attachments'));
    const level = typeof cell['level'] === 'number' ? Math.min(6, Math.max(1, cell['level'])) : 1;
    const shown = kind === 'heading' ? `${'#'.repeat(level)} ${text}` : text;
    return { id, kind: 'markdown', source: shown, ...extra({ metadata, attachments: left }) };
  }
  if (kind !== 'code') {
    const attachments = recordIn(cell, 'attachments');
    const type = typeof kind === 'string' ? kind : 'raw';
    return { id, kind: 'code', language: 'plaintext', source, outputs: [], ...extra({ type, metadata, attachments }) };
  }
  const own =
    editorLanguage(metadata) ?? (typeof cell['language'] === 'string' ? languageId(cell['language']) : language);
  const folded = isHidden(metadata);
  const list = Array.isArray(cell['outputs']) ? cell['outputs'] : [];
  const { language: runs, source: text } = withoutMagic(source, own);
  const outputs = list.map(importOutput);
  return {
    id,
    kind: 'code',
    language: runs,
    ...(folded && { folded }),
    source: text,
    outputs,
    ...extra({ metadata }),
  };
}

/** Whether JupyterLab hides the input of a cell by its metadata, from where that is removed. */
function isHidden(metadata: JsonObject): boolean {
  const { source_hidden: hidden, ...rest } = recordIn(metadata, 'jupyter');
  if (hidden !== true) return false;
  if (Object.keys(rest).length > 0) metadata['jupyter'] = rest;
  else delete metadata['jupyter'];
  return true;
}

/** The language that VS Code has noted in a cell's metadata, from where it is removed. */
function editorLanguage(metadata: JsonObject): string | undefined {
  const { languageId: id, ...rest } = recordIn(metadata, 'vscode');
  if (typeof id !== 'string' || id === '') return undefined;
  if (Object.keys(rest).length > 0) metadata['vscode'] = rest;
  else delete metadata['vscode'];
  return id;
}

/**
 * A cell magic such as `%%bash` names the language of its cell. Where the kernel runs that language, the line becomes a
 * comment, because it would be a syntax error.
 */
function withoutMagic(source: string, language: string): { language: string; source: string } {
  const magic = /^\s*%%(\w+)/.exec(source)?.[1];
  if (magic === undefined) return { language, source };
  // In notebooks of other languages `%%javascript` is for the browser, and all else for their own kernel
  if (!isRunnable(language)) return { language, source };
  const named = languageId(magic);
  if (isRunnable(named)) return { language: named, source: source.replace('%%', '// %%') };
  return { language: named, source };
}

/** Puts attached pictures into the text. @returns also the attachments that it does not show */
function withAttachments(source: string, attachments: JsonObject): { text: string; left: JsonObject } {
  let text = source;
  const left: JsonObject = {};
  // Longest first: one name may begin with another
  for (const name of Object.keys(attachments).sort((a, b) => b.length - a.length)) {
    const url = dataUrl(attachments[name]!);
    const places = [`attachment:${name}`, `attachment:${encodeURI(name)}`].filter((place) => text.includes(place));
    if (url === undefined || places.length === 0) left[name] = attachments[name]!;
    else for (const place of places) text = text.replaceAll(place, () => url);
  }
  return { text, left };
}

function dataUrl(bundle: Json): string | undefined {
  if (!isRecord(bundle)) return undefined;
  const entries = Object.entries(bundle);
  const [mime, content] = entries.find(([type]) => type.startsWith('image/')) ?? entries[0] ?? [];
  if (mime === undefined || content === undefined) return undefined;
  const packed = textOf(content).replace(/\s+/g, '');
  return `data:${mime};base64,${isBase64(packed) ? packed : Buffer.from(textOf(content)).toString('base64')}`;
}

/** What of a cell has no place in the format, under the key `jupyter`; without empty parts. */
function extra(parts: { [key: string]: Json }): Unknown {
  const full = Object.entries(parts).filter(([, part]) => !isRecord(part) || Object.keys(part).length > 0);
  return full.length > 0 ? { extra: { jupyter: Object.fromEntries(full) } } : {};
}
