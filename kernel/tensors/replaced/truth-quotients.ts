// Quotients of truth values, `div`, which need not be whole. Here true is the float32 1. This module replaces tensor_util
// in the module of that op (modules.js).
import { matchingTo } from './truth-values.ts';

export const makeTypesMatch = matchingTo('float32');
