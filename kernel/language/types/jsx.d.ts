// What JSX in cells makes where React is not installed: HTML that displays itself.
import type { MarkupValue } from '../dlnb/outputs/html.ts';

type Props = Record<string, unknown>;
/** A function that makes HTML from attributes and children. */
export type Component<P = Props> = (props: P) => unknown;

/** `<>…</>`: its children alone. */
export declare const Fragment: Component;
export declare function jsx(type: string | Component<never>, props?: Props | null): MarkupValue;
export declare const jsxs: typeof jsx;
export declare const jsxDEV: typeof jsx;
/** The older form: children are arguments. */
export declare function createElement(
  type: string | Component<never>,
  props: Props | null,
  ...children: unknown[]
): MarkupValue;

export declare namespace JSX {
  type Element = MarkupValue;
  type ElementType = string | Component<never>;
  interface ElementChildrenAttribute {
    children: unknown;
  }
  interface IntrinsicElements {
    /** Attributes, by the names that React gives them. */
    [tag: string]: Record<string, unknown>;
  }
}
