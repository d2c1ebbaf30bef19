// What JSX in cells makes where React is not installed: HTML that displays itself. The module `dlnb/jsx-runtime`.
import { html, MarkupValue } from '../outputs/html.ts';

type Props = Record<string, unknown>;
/** A function that makes HTML from attributes and children. */
export type Component = (props: Props) => unknown;

/** `<>…</>`: its children alone. */
export const Fragment: Component = ({ children }) => markup(textOf(children));

/**
 * Makes an element: `<b>…</b>`, or what a component returns.
 * @param type a tag name or a component
 * @param props attributes, by the names that React gives them, and `children`
 * @throws TypeError for a child that is no text, number, element or list of them
 */
export function jsx(type: string | Component, props: Props | null = {}): MarkupValue {
  const given = props ?? {};
  if (typeof type === 'function') {
    const made = type(given);
    if (made instanceof MarkupValue) return made;
    if (made instanceof Promise)
      throw new TypeError(
        `The component ${type.name} is async: call it and await the result, for example {await ${type.name}(props)}`,
      );
    return markup(textOf(made));
  }
  if (typeof type !== 'string' || !/^[A-Za-z][\w.:-]*$/.test(type))
    throw new TypeError(`JSX: the name of an element must be a tag or a function, not ${String(type)}`);
  const { children, ...attributes } = given;
  const content = type === 'textarea' ? (attributes['value'] ?? attributes['defaultValue'] ?? children) : children;
  if (type === 'textarea') for (const n of ['value', 'defaultValue']) delete attributes[n];
  const head = `<${type}${Object.entries(attributes).map(attribute).join('')}>`;
  if (EMPTY.has(type)) return markup(head);
  const raw = attributes['dangerouslySetInnerHTML'] as { __html?: unknown } | undefined;
  return markup(`${head}${raw ? String(raw.__html ?? '') : textOf(content)}</${type}>`);
}

export const jsxs = jsx;
export const jsxDEV = jsx;

/** The older form of {@link jsx}: children are arguments. */
export function createElement(type: string | Component, props: Props | null, ...children: unknown[]): MarkupValue {
  return jsx(type, {
    ...props,
    ...(children.length ? { children: children.length > 1 ? children : children[0] } : {}),
  });
}

const markup = (text: string) => new MarkupValue('text/html', text);
const escape = (text: string) => html`${text}`.text;

function textOf(child: unknown): string {
  if (child === null || child === undefined || typeof child === 'boolean') return '';
  if (typeof child === 'string' || typeof child === 'number' || typeof child === 'bigint') return escape(String(child));
  if (child instanceof MarkupValue && child.mime !== 'text/markdown') return child.text;
  if (typeof child === 'object' && Symbol.iterator in child)
    return Array.from(child as Iterable<unknown>, textOf).join('');
  const what = typeof child === 'object' ? `an object with the keys ${Object.keys(child).join(', ')}` : typeof child;
  throw new TypeError(`JSX shows text, numbers, elements and lists of them, not ${what}`);
}

/** Elements without content. */
const EMPTY = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));

/** React's names of attributes whose names in HTML and SVG are other words. */
const NAMES: Record<string, string> = {
  className: 'class',
  htmlFor: 'for',
  httpEquiv: 'http-equiv',
  acceptCharset: 'accept-charset',
  defaultValue: 'value',
  defaultChecked: 'checked',
  xlinkHref: 'xlink:href',
  xmlLang: 'xml:lang',
  xmlSpace: 'xml:space',
};

/** Attributes of SVG that are written with hyphens; React writes them in one word. */
const HYPHENS = new RegExp(
  '^(stroke(Width|Linecap|Linejoin|Dasharray|Dashoffset|Opacity|Miterlimit)|fill(Opacity|Rule)|clip(Path|Rule)|' +
    'font(Family|Size|Weight|Style|Stretch|Variant|SizeAdjust)|text(Anchor|Decoration|Rendering)|' +
    '(dominant|alignment)Baseline|baselineShift|stop(Color|Opacity)|flood(Color|Opacity)|lightingColor|' +
    'marker(Start|Mid|End)|(letter|word)Spacing|pointerEvents|(shape|image|color)Rendering|' +
    'colorInterpolation(Filters)?|vectorEffect|paintOrder|writingMode|unicodeBidi|transformOrigin)$',
);

const hyphenated = (name: string) => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

function attribute([name, value]: [string, unknown]): string {
  if (name === 'key' || name === 'ref' || name === 'dangerouslySetInnerHTML' || /[\s"'<>/=]/.test(name)) return '';
  // Functions that handle events cannot go into an output
  if (value === null || value === undefined || typeof value === 'function' || typeof value === 'symbol') return '';
  const written = NAMES[name] ?? (HYPHENS.test(name) ? hyphenated(name) : name);
  if (name === 'style' && typeof value === 'object') return ` style="${escape(styleOf(value as Props))}"`;
  if (typeof value === 'boolean' && !/^(data|aria)-/.test(name)) return value ? ` ${written}=""` : '';
  return ` ${written}="${escape(String(value))}"`;
}

/** Properties of CSS whose numbers have no unit. */
const UNITLESS =
  /^(--.*|animationIterationCount|aspectRatio|columnCount|columns|fillOpacity|flex|flexGrow|flexShrink|floodOpacity|fontWeight|gridArea|gridColumn(Start|End)?|gridRow(Start|End)?|lineClamp|lineHeight|opacity|order|orphans|scale|stopOpacity|strokeDasharray|strokeDashoffset|strokeMiterlimit|strokeOpacity|strokeWidth|tabSize|widows|zIndex|zoom)$/;

function styleOf(style: Props): string {
  return Object.entries(style)
    .filter(([, v]) => v !== null && v !== undefined && typeof v !== 'boolean' && v !== '')
    .map(([name, v]) => {
      const unit = typeof v === 'number' && v !== 0 && !UNITLESS.test(name) ? 'px' : '';
      const property = name.startsWith('--') ? name : hyphenated(name).replace(/^ms-/, '-ms-');
      return `${property}:${String(v).trim()}${unit}`;
    })
    .join(';');
}
