// The variational autoencoder of model notebooks.
import { code, md, type Draft } from '../cells.ts';

export const vae = (): Draft[] => [
  md(String.raw`
    ## The network

    The **encoder** says for each image where its code lies: a mean and a deviation for each of two numbers. The **decoder** draws an image from a code. Both train together: the image that comes out must be the one that went in (**reconstruction**), and the codes of all images together should look like a normal distribution, $D_{\mathrm{KL}} = \sum \tfrac12(\sigma^2 + \mu^2 - 1 - \ln \sigma^2)$ (Kingma & Welling 2014). The sum of both is an upper bound on $-\log p(\mathbf x)$. After training, the decoder makes an image of every point of the plane of codes.
  `),
  code(`
    const { model, encoder, decoder } = nn.vae({
      inputShape: learn.shape,
      latent: 2,
      hidden: [128],
      seed,
    });
    check(String(encoder.outputShape) === ',2', 'the code of an image is two numbers');
    check(String(decoder.outputShape) === ',28,28,1', 'a code becomes an image');
    display(decoder);
    model;
  `),
];
