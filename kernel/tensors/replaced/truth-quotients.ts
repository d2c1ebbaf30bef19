// Arithmetic of truth values whose result need not be whole: `div`, `reciprocal`, `expm1` and `atan2`. Here true is the
// float32 1. This module replaces tensor_util and tensor_util_env in the modules of those ops (modules.js).
import { convertingTo, matchingTo } from './truth-values.ts';

export const convertToTensor = convertingTo('float32');
export const makeTypesMatch = matchingTo('float32');
