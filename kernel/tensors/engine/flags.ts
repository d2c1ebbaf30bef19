// Flags of TensorFlow.js's environment that every op asks for: read at once when they have been looked up before.
import { env } from '@tensorflow/tfjs-core/dist/environment';

interface Flags {
  DEBUG?: boolean;
  IS_TEST?: boolean;
}

const flags = (): Flags => (env() as unknown as { flags: Flags }).flags;

/** Whether ops check their numbers (`tf.enableDebugMode`). */
export const debugging = (): boolean => flags().DEBUG ?? env().getBool('DEBUG');

/** Whether TensorFlow.js's own tests run. */
export const testing = (): boolean => flags().IS_TEST ?? env().getBool('IS_TEST');
