// Recurrent networks and language models of model notebooks.
import type { ArchitectureId, DataSet } from '../choices.ts';
import { code, md, type Draft } from '../cells.ts';

/** The recurrent layers: how the layer is called, what it does, and its parameters with n inputs and u units. */
const CELLS = {
  rnn: {
    layer: 'simpleRNN',
    count: '(inputs + units + 1) * units',
    claim: 'a weight for each input and each old state, and a bias',
    about: String.raw`A **recurrent network** reads a sequence step by step. Its state is all that it remembers: $\mathbf h_t = \tanh(U\mathbf x_t + V\mathbf h_{t-1} + \mathbf b)$, with the same weights at every step. On its way back, the gradient is multiplied by $V$ at each step, and so fades or grows.`,
  },
  lstm: {
    layer: 'lstm',
    count: '4 * (inputs + units + 1) * units',
    claim: 'three gates and a candidate: four times a recurrent layer',
    about: String.raw`An **LSTM** (Hochreiter & Schmidhuber 1997) has a cell beside its state. Three gates between 0 and 1 decide what the cell keeps, takes in and shows, where $\tilde{\mathbf c}_t$ is what it could take in: $\mathbf c_t = f_t \odot \mathbf c_{t-1} + i_t \odot \tilde{\mathbf c}_t$ and $\mathbf h_t = o_t \odot \tanh \mathbf c_t$. Where $f_t = 1$ and $i_t = 0$, the cell remembers without end.`,
  },
  gru: {
    layer: 'gru',
    count: '3 * (inputs + units + 1) * units',
    claim: 'two gates and a candidate: three times a recurrent layer',
    about: String.raw`A **GRU** (Cho et al. 2014) does with one state and two gates what an LSTM does with three: the update gate $z_t$ mixes the old state and a candidate $\tilde{\mathbf h}_t$, $\mathbf h_t = z_t \odot \mathbf h_{t-1} + (1 - z_t) \odot \tilde{\mathbf h}_t$, and the reset gate says how much of the old state the candidate sees.`,
  },
} as const;

/** The name of the layer in TensorFlow.js of a recurrent architecture. */
export const layerOf = (id: ArchitectureId): string => CELLS[id as keyof typeof CELLS].layer;

export function recurrent(id: 'rnn' | 'lstm' | 'gru', { id: data }: DataSet): Draft[] {
  const { layer, count, claim, about } = CELLS[id];
  const curves = data === 'mnist1d';
  const classes = curves ? 10 : 8;
  const last = 'After the last step a dense layer with softmax reads the class from the state.';
  return [
    md(`
      ## The network

      ${about}

      ${id === 'rnn' ? '' : 'Gates that start half open forget within a few steps. `nn.chrono` sets their biases so that some units begin with a short memory and some with a long one (Tallec & Ollivier 2018). The gates are sigmoids: the default, `hardSigmoid`, is flat beyond ±2.5, where these biases lie.\n\n      '}${curves ? `The forty numbers of a curve come one at a time. ${last}` : last}
    `),
    code(`
      const units = 32;
      const inputs = ${curves ? '1' : 'learn.shape[1]'};
      const memory = tf.layers.${layer}({
        units,${id === 'rnn' ? '' : "\n        recurrentActivation: 'sigmoid',"}
        kernelInitializer: tf.initializers.glorotUniform({ seed: 10 * seed + 1 }),
        recurrentInitializer: tf.initializers.orthogonal({ seed: 10 * seed + 2 }),
        name: 'memory',
      });
      const model = tf.sequential({
        layers: [
          ${curves ? 'tf.layers.reshape({ inputShape: learn.shape, targetShape: [40, 1] })' : 'tf.layers.inputLayer({ inputShape: learn.shape })'},
          ${id === 'rnn' ? 'memory' : `nn.chrono(memory, { steps: ${curves ? 40 : 'learn.shape[0]'}, seed })`},
          tf.layers.dense({
            units: ${classes},
            activation: 'softmax',
            kernelInitializer: tf.initializers.glorotUniform({ seed: 10 * seed + 3 }),
          }),
        ],
      });
      check(
        model.countParams() === ${count} + (units + 1) * ${classes},
        '${claim}',
      );
      model;
    `),
  ];
}

export const charlm = (): Draft[] => [
  md(String.raw`
    ## The network

    An **embedding** gives each character a vector of 32 numbers. An LSTM of 128 units reads them one after the other, and at each place a dense layer with softmax says how probable each character is as the next one. So one example of ${'`length`'} characters holds ${'`length`'} predictions to learn from.
  `),
  code(`
    const vocabulary = story.symbols.length;
    const model = nn.charLM({ vocabulary, cell: 'lstm', units: 128, embedding: 32, seed });
    check(
      model.countParams() ===
        vocabulary * 32 + 4 * (32 + 128 + 1) * 128 + (128 + 1) * vocabulary,
      'vectors, an LSTM, and the dense layer',
    );
    model;
  `),
];

export const transformer = (): Draft[] => [
  md(String.raw`
    ## The network

    Each character and each place has a vector of 64 numbers. Two **blocks** change them: in **attention**, each place asks with a query, the place itself and all places before it answer with keys, and the values of those that fit are mixed, $\operatorname{softmax}(QK^\top / \sqrt d)\,V$, by four heads side by side; then a small network works at each place alone. Both add their result to what was there, by a shortcut, and a normalization stands before each. A mask hides the places that come later, so the network can learn to predict the next character at every place at once (Vaswani et al. 2017; in this form Radford et al. 2019).
  `),
  code(`
    const vocabulary = story.symbols.length;
    const model = nn.transformer({
      vocabulary,
      length,
      layers: 2,
      numHeads: 4,
      size: 64,
      seed,
    });
    const block = 4 * (64 + 1) * 64 + (64 + 1) * 256 + (256 + 1) * 64 + 4 * 64;
    check(
      model.countParams() === (vocabulary + length) * 64 + 2 * block + 2 * 64,
      'vectors of characters and places, two blocks, and a last normalization',
    );
    model;
  `),
];
