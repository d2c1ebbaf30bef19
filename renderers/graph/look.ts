// The texts on, above and below each item, and the size of its box.
import type { GraphOutput } from '../../kernel/wire/graph.ts';
import type { Item } from './fold.ts';
import type { Shape, Size } from './layout.ts';
import type { GraphPayload } from './payload.ts';
import { shortened } from '../../kernel/wire/payload.ts';
import { sizeOf } from '../../kernel/wire/tensor.ts';
import { shapeText, shortText, valuesOf, type Values } from './text.ts';

/** The texts and the size of one item. */
export interface Look extends Size {
  /** Class in the style sheet. */
  className: string;
  title: string;
  /** Under the title, in the box. */
  subtitle: string;
  /** The gradient. */
  above: string;
  /** The value, or the output shape of a layer. */
  below: string;
  /** Below the value: the shape, unless it is a scalar. */
  shape: string;
  /** NaN or infinite numbers are in its value, or in its gradient. */
  badValue: boolean;
  badGradient: boolean;
}

/** Ops that are drawn as their mathematical sign. */
const SIGNS: Record<string, string> = { add: '+', addN: '+', sub: '−', mul: '×', div: '÷' };

export const LINE = 15;
const TITLE = 13;
const SMALL = 11;

/** Measures text, in pixels. */
export interface TextRuler {
  width(text: string, size: number, weight?: number): number;
}

/** Measures text in one font family, with a canvas. */
export class Ruler implements TextRuler {
  private readonly context = document.createElement('canvas').getContext('2d')!;
  constructor(private readonly family: string) {}

  /** In pixels. */
  width(text: string, size: number, weight = 400): number {
    this.context.font = `${weight} ${size}px ${this.family}`;
    return this.context.measureText(text).width;
  }
}

export function lookOf(payload: GraphPayload, item: Item, ruler: TextRuler): Look {
  const texts = item.node ? nodeTexts(payload, item) : groupTexts(payload, item);
  const values = item.outputs.map((o) => numbersOf(payload, o, 'value'));
  const gradients = item.outputs.map((o) => numbersOf(payload, o, 'gradient'));
  const [one] = item.outputs.length === 1 ? item.outputs : [];
  const layers = payload.kind === 'layers';
  // A constant number is named by its value
  const named = item.node?.kind === 'constant' && one?.shape.length === 0 && shown(values[0]) === texts.title;
  const below = named ? '' : layers || !one ? shapesText(item.outputs, layers) : shown(values[0]);
  const above = one ? shown(gradients[0]) : '';
  const shape = !layers && one && one.shape.length > 0 ? shapeText(one.shape, false) : '';
  const sign = item.node?.kind === 'op' && texts.title in SIGNS;
  const title = sign ? SIGNS[texts.title]! : texts.title;
  const box: Shape = sign
    ? { width: 30, height: 30, round: true }
    : {
        width: Math.max(36, 22 + ruler.width(title, TITLE, 500), 22 + ruler.width(texts.subtitle, SMALL)),
        height: texts.subtitle ? 40 : 28,
      };
  const around = Math.max(ruler.width(above, SMALL + 1), ruler.width(below, SMALL + 1), ruler.width(shape, SMALL));
  const lines = Math.max(above ? 1 : 0, (below ? 1 : 0) + (shape ? 1 : 0));
  const bad = (all: (Values | undefined)[]) => all.some((v) => v && v.nan + v.infinite > 0);
  return {
    className: [texts.className, sign ? 'sign' : '', item.isResult ? 'result' : ''].filter(Boolean).join(' '),
    title,
    subtitle: texts.subtitle,
    above,
    below,
    shape,
    badValue: bad(values),
    badGradient: bad(gradients),
    box,
    width: Math.max(box.width, around) + 4,
    height: box.height + 2 * (lines * LINE + (lines > 0 ? 3 : 0)),
    up: box.height / 2 + (above ? LINE + 2 : 1),
    down: box.height / 2 + ((below ? 1 : 0) + (shape ? 1 : 0)) * LINE,
  };
}

const shown = (values: Values | undefined) => (values ? shortText(values) : '');

export function numbersOf(
  { numbers }: GraphPayload,
  output: GraphOutput,
  which: 'value' | 'gradient',
): Values | undefined {
  const found = output[which];
  return found && valuesOf(numbers, found, sizeOf(output.shape));
}

function nodeTexts(payload: GraphPayload, { node }: Item) {
  const { kind, label, details } = node!;
  const detail = (name: string) => details?.find(([key]) => key === name)?.[1];
  const type = detail('class');
  const parameters = detail('parameters');
  const frozen = parameters !== undefined && detail('trainable') === 'no' ? ', frozen' : '';
  const subtitle =
    payload.kind === 'layers' && type
      ? [type, parameters && `${parameters} param${parameters === '1' ? '' : 's'}${frozen}`].filter(Boolean).join(' · ')
      : '';
  return { title: shortened(label, 28), subtitle: shortened(subtitle, 40), className: kind };
}

function groupTexts({ groups, nodes }: GraphPayload, { group, members }: Item) {
  const { label, type, kind } = groups[group!]!;
  const inner = members.filter((i) => nodes[i]!.kind === 'op' || nodes[i]!.kind === 'layer').length;
  const noun = members.some((i) => nodes[i]!.kind === 'layer') ? 'layer' : 'op';
  const count = kind === 'run' ? '' : `${inner} ${noun}${inner === 1 ? '' : 's'}`;
  const subtitle = [type, count].filter(Boolean).join(' · ');
  return { title: `▸ ${shortened(label, 28)}`, subtitle, className: 'folded' };
}

const MOST_SHAPES = 2;

function shapesText(outputs: GraphOutput[], layers: boolean): string {
  const texts = outputs.slice(0, MOST_SHAPES).map(({ shape }) => shapeText(shape, layers));
  const more = outputs.length - MOST_SHAPES;
  return more > 0 ? `${texts.join(', ')}, ${more} more` : texts.join(', ');
}
