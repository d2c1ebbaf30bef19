// Three things to try at the end of a model notebook: about its architecture.
import type { ArchitectureId } from './choices.ts';

const RESIDUAL = [
  'Set `shortcuts: false` in `nn.resnet` (and correct the check): the same network without its shortcuts. Compare the curves. Is it the training or the test that suffers?',
  'Set `stochasticDepth: 0.5`: training leaves out blocks at random. Does the test get better, and how many epochs does it take?',
  'Give the learning rate no warm-up (`warmup: 0`), and leave out the clipping. How do the first steps look?',
];

const TASKS: Record<ArchitectureId, readonly [string, string, string]> = {
  perceptron: [
    'Let the classes overlap: a larger `spread` and no `cut` for blobs, more `noise` for moons, or a training on `learn.augment({ noise: 0.3, seed })` for digits. What does the network do where no straight boundary is right, and how large do its weights become?',
    'Multiply all weights and biases by ten with `model.setWeights`. Which predictions change, and which of loss and accuracy?',
    'Replace the sigmoid or softmax by `linear` and the loss by `meanSquaredError`. Is the boundary the same? Which examples pull at it now that did not before?',
  ],
  mlp: [
    'Leave out the activations (`linear` instead of `relu`). Why does the network become a perceptron, however many layers it has?',
    'Halve the number of hidden units until the goal is out of reach (and correct the check and, for images, the picture of the weights). How few are enough? Try one hidden layer with about as many parameters.',
    'Initialize all weights with `tf.initializers.constant({ value: 0.1 })`. Why do the units of a layer stay equal?',
  ],
  regression: [
    'Multiply one target in the file by a hundred. How far do the predictions for the other rows move with the loss `meanSquaredError`, and how far with `losses.huber()` (import `losses`)?',
    'Leave out `standardize`. What happens to the training, and which columns does it hurt?',
    'Leave out the hidden layers (and correct the check): linear regression. How much of R² was due to what is not linear?',
  ],
  cnn: [
    'Put the pixels of all images into one random order, the same for all, with `map` and `data.random(seed).permutation(…)` on `learn`, `validation` and `test`. A dense network does not notice; what does this one lose?',
    'Replace max-pooling by `averagePooling2d`, or by convolutions with stride 2 (and correct the check). What changes: parameters, seconds, accuracy?',
    'Double the filters of both convolutions, or put a dense layer of 64 units before the last one (and correct the check). Where are more parameters best spent?',
  ],
  lenet5: [
    'Replace tanh by ReLU and average by max-pooling, one at a time. Which of the two matters more?',
    'Leave out the layer of 84 units (and correct the check). How many parameters are gone, and how much accuracy?',
    'Take filters of 3 × 3 instead of 5 × 5 (and correct the check). How large is the part of the image that a value of the second pooling sees then?',
  ],
  alexnet: [
    'Set the rate of both dropout layers to 0. How far do the curves of training and validation come apart?',
    'Put tanh in place of ReLU. How many epochs does it take to the same training loss?',
    'Augment: train on `learn.augment({ shift: 2, seed })`, with `flipX: true` for shapes and photographs. Why not for digits?',
  ],
  resnet20: [RESIDUAL[0]!, RESIDUAL[1]!, RESIDUAL[2]!],
  resnet56: [
    RESIDUAL[0]!,
    RESIDUAL[1]!,
    'Train ResNet-20 for as many seconds (`depth: 20`, without the check, and more epochs). What is the depth worth on so few images?',
  ],
  densenet: [
    'Halve `growth` and double `depth − 4`: 6 and 40 (and correct the check of the maps). Which of the two networks has fewer parameters, and which is better?',
    'Set `bottleneck: false` (and correct the check): at the same depth, each block now has six convolutions 3 × 3 in place of three pairs. Which layers have more parameters now, and does it help?',
    "The last convolution 1 × 1 of the first block, `model.getLayer('densenet_block1_3_reduce')`, has weights `[1, 1, maps, 48]`. Draw their norm for each incoming map: does the layer use all that it sees?",
  ],
  unet: [
    'Set `skip: false`: an encoder and a decoder without connections. Where do the wrong pixels lie now?',
    'Set `up` to `nearest`, `bilinear` and `unpooling` in turn. Do the borders change?',
    'Measure each class by itself with `metrics.iou({ classId })`, from 0 for the background. Which class is hardest, and which suffers most from smaller shapes (`radius: [2, 4]`)?',
  ],
  vae: [
    'Set `beta: 0` in `nn.vae`. Is the reconstruction better? Why does the plane of codes become useless for drawing?',
    'Set `latent: 16` (and leave out its check and the plane of codes). How does R² change? Which numbers of the code are nearly the same for all images, so that the network does not use them?',
    'Walk on a straight line from the code of one image to that of another, with `encoder.predict` and `decoder.predict`. At which point does one digit become the other?',
  ],
  rnn: [
    'On Recall, make the sequences longer (`steps`) until it fails. Does a larger state help, or more epochs?',
    'Start the recurrent weights with `tf.initializers.randomNormal({ stddev: 0.5 })` instead of orthogonal. What becomes of the gradient on its way through all steps?',
    'Leave out the clipping. Do you find a learning rate at which the loss jumps?',
  ],
  lstm: [
    'Leave out `nn.chrono`. How many epochs does it take now to the same loss, and where do the gates start?',
    'On Recall, make the sequences longer (`steps`) until it fails. How long a memory can 32 units learn?',
    'Halve the units. The network now has about as many parameters as a plain recurrent network with 32 units. Which of the two is better?',
  ],
  gru: [
    'Replace the layer by `tf.layers.lstm` with 27 units, which has about as many parameters (in the check, 4 in place of 3). Which learns faster?',
    'Set `resetAfter: true`, the form of cuDNN and PyTorch, in both places where the layer is made. How many parameters are added (correct the check)?',
    "Read the sequence from both sides: put `tf.layers.bidirectional({ layer: memory, mergeMode: 'concat' })` in place of `memory` in the network (and leave out the check and the picture of the states). Do you expect it to help on Recall, and on MNIST-1D?",
  ],
  charlm: [
    'Take a text of your own, of at least 50,000 characters, more examples and a larger model. What does it learn first: spaces, words, punctuation, sense?',
    'Train four times as long. When does the validation loss rise again, and does it then recite the text?',
    'Set `cell` to `gru` and to `simpleRNN` (in the check, 3 or 1 in place of 4). Compare the perplexity after the same number of epochs.',
  ],
  transformer: [
    "Set `positions: 'sine'` (and correct the check). Is it worse? Then, after training with learned positions, set their vectors to 0: `model.getLayer('transformer_positions').setWeights([tf.zeros([length, 64])])`. What can it still predict?",
    'One head instead of four, with the same size: are the parameters the same? Is the perplexity?',
    'Set `causal: false`. Why does the training accuracy become nearly perfect, and the writing nonsense?',
  ],
};

/** The tasks of an architecture. */
export const tasksOf = (id: ArchitectureId): readonly string[] => TASKS[id];
