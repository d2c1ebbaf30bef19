// The types of the module `dlnb` in cells.
import type { Library } from '../../../../../../kernel/dlnb/index.ts';

export declare const check: Library['check'];
export declare const data: Library['data'];
export declare const display: Library['display'];
export declare const nn: Library['nn'];
export declare const train: Library['train'];
export declare const viz: Library['viz'];
