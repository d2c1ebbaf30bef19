// Three things to try at the end of a model notebook: about its architecture.
import type { ArchitectureId } from './choices.ts';

const RESIDUAL = [
  'Set `shortcuts: false` in `nn.resnet`: the same network without its shortcuts. Compare the curves. Is it the training or the test that suffers?',
  'Set `stochasticDepth: 0.5`: training leaves out blocks at random. Does the gap between training and validation shrink?',
  'Give the learning rate no warm-up (`warmup: 0`), and no clipping. How do the first steps look?',
];

const TASKS: Record<ArchitectureId, readonly [string, string, string]> = {
  perceptron: [
    'Move the two classes together until they overlap (or take another data set): what does the unit do where no straight line is right, and what becomes of the size of its weights?',
    'Multiply all weights and the bias by ten with `setWeights`. Which predictions change, and which of loss and accuracy?',
    'Replace the sigmoid or softmax by `linear` and the loss by `meanSquaredError`. Is the line the same? Which points pull at it now that did not before?',
  ],
  mlp: [
    'Leave out the activations (`linear` instead of `relu`). Why does the network become a perceptron, however many layers it has?',
    'Halve the number of hidden units until the goal is out of reach. How few are enough? Try one layer with the same number of parameters.',
    'Initialize all weights with `tf.initializers.constant({ value: 0.1 })`. Why do the units of a layer stay equal?',
  ],
  regression: [
    'Make one target a hundred times too large. How far do the predictions move with `meanSquaredError`, and how far with `losses.huber()`?',
    'Leave out `standardize`. What happens to the training, and which columns does it hurt?',
    'Leave out the hidden layers: linear regression. How much of R² was due to what is not linear?',
  ],
  cnn: [
    'Shuffle the pixels of all images in the same way. A dense network does not notice; what does this one lose?',
    'Replace max-pooling by `averagePooling2d`, or by convolutions with stride 2. What changes: parameters, seconds, accuracy?',
    'Double the filters and halve the dense layer, or the other way. Where are the parameters best spent?',
  ],
  lenet5: [
    'Replace tanh by ReLU and average by max-pooling, one at a time. Which of the two matters more?',
    'Leave out the layer of 84 units. How many parameters are gone, and how much accuracy?',
    'Take filters of 3 × 3 instead of 5 × 5. How large is the part of the image that a value of the second pooling sees then?',
  ],
  alexnet: [
    'Set the rate of both dropout layers to 0. How far do the curves of training and validation come apart?',
    'Put tanh in place of ReLU. How many epochs does it take to the same training loss?',
    'Augment: `learn.augment({ shift: 2, seed })`, with `flipX: true` for shapes and photographs. Why not for digits?',
  ],
  resnet20: [RESIDUAL[0]!, RESIDUAL[1]!, RESIDUAL[2]!],
  resnet56: [
    RESIDUAL[0]!,
    RESIDUAL[1]!,
    'Compare with ResNet-20 at the same number of seconds. What is the depth worth on so few images?',
  ],
  densenet: [
    'Halve `growth`, and double `depth − 4`. Which of the two networks has fewer parameters, and which is better?',
    'Set `bottleneck: false`. Why do the parameters grow, and where?',
    'Draw the norms of the weights by source layer (`model.layers` with their names): does a layer use all that it sees?',
  ],
  unet: [
    'Set `skip: false`: an encoder and a decoder without connections. Where do the wrong pixels lie now?',
    'Set `up` to `nearest`, `bilinear` and `unpooling` in turn. Do the borders change?',
    'Most pixels are background. Give the loss class weights, or take `losses.dice()`. Which classes gain?',
  ],
  vae: [
    'Set `beta: 0` in `nn.vae`. The reconstruction gets better; why does the plane of codes become useless for drawing?',
    'Set `latent: 16`. How does R² change, and which numbers of the code does the network not use?',
    'Walk on a straight line from the code of one image to that of another. At which point does one digit become the other?',
  ],
  rnn: [
    'Make the sequences longer (`steps`), until it fails. Does a larger state help, or more epochs?',
    'Start the recurrent weights with `tf.initializers.randomNormal({ stddev: 0.5 })` instead of orthogonal. What becomes of the gradient through twelve steps?',
    'Leave out the clipping. Do you find a learning rate at which the loss jumps?',
  ],
  lstm: [
    'Leave out `nn.chrono`. How many epochs does it take now to the same loss, and where do the gates start?',
    'Make the sequences longer (`steps`), until it fails. How long a memory can 32 units learn?',
    'Halve the units. An LSTM has four times the parameters of a recurrent network: compare both at equal parameters.',
  ],
  gru: [
    'Replace the layer by `lstm` with 27 units, which has about as many parameters. Which learns faster?',
    'Set `resetAfter: true`, the form of cuDNN and PyTorch. How many parameters come in?',
    'Read the sequence from both sides: `tf.layers.bidirectional`. For which of the two data sets does it help, and why?',
  ],
  charlm: [
    'Take a text of your own, of at least 50,000 characters, and a larger model. What does it learn first: spaces, words, punctuation, sense?',
    'Train four times as long. When does the validation loss rise again, and does it then recite the text?',
    'Replace `lstm` by `gru` and `simpleRNN`. Compare perplexity at the same number of epochs.',
  ],
  transformer: [
    'Set `positions` to `sine`, then take the positions away (multiply their vectors by 0). What can a network without places still learn?',
    'One head instead of four, with the same size: are the parameters the same? Is the perplexity?',
    'Set `causal: false`. Why does the training accuracy become perfect, and the writing nonsense?',
  ],
};

/** The tasks of an architecture. */
export const tasksOf = (id: ArchitectureId): readonly string[] => TASKS[id];
