// KaTeX's style sheet and fonts, for pages with formulas. The bundler puts their bytes into the program.
//
// MathML alone needs none of this, but looks right only on machines with a mathematical font, and many have none.
import amsRegular from 'katex/dist/fonts/KaTeX_AMS-Regular.woff2' with { type: 'bytes' };
import caligraphicBold from 'katex/dist/fonts/KaTeX_Caligraphic-Bold.woff2' with { type: 'bytes' };
import caligraphicRegular from 'katex/dist/fonts/KaTeX_Caligraphic-Regular.woff2' with { type: 'bytes' };
import frakturBold from 'katex/dist/fonts/KaTeX_Fraktur-Bold.woff2' with { type: 'bytes' };
import frakturRegular from 'katex/dist/fonts/KaTeX_Fraktur-Regular.woff2' with { type: 'bytes' };
import mainBold from 'katex/dist/fonts/KaTeX_Main-Bold.woff2' with { type: 'bytes' };
import mainBoldItalic from 'katex/dist/fonts/KaTeX_Main-BoldItalic.woff2' with { type: 'bytes' };
import mainItalic from 'katex/dist/fonts/KaTeX_Main-Italic.woff2' with { type: 'bytes' };
import mainRegular from 'katex/dist/fonts/KaTeX_Main-Regular.woff2' with { type: 'bytes' };
import mathBoldItalic from 'katex/dist/fonts/KaTeX_Math-BoldItalic.woff2' with { type: 'bytes' };
import mathItalic from 'katex/dist/fonts/KaTeX_Math-Italic.woff2' with { type: 'bytes' };
import sansSerifBold from 'katex/dist/fonts/KaTeX_SansSerif-Bold.woff2' with { type: 'bytes' };
import sansSerifItalic from 'katex/dist/fonts/KaTeX_SansSerif-Italic.woff2' with { type: 'bytes' };
import sansSerifRegular from 'katex/dist/fonts/KaTeX_SansSerif-Regular.woff2' with { type: 'bytes' };
import scriptRegular from 'katex/dist/fonts/KaTeX_Script-Regular.woff2' with { type: 'bytes' };
import size1Regular from 'katex/dist/fonts/KaTeX_Size1-Regular.woff2' with { type: 'bytes' };
import size2Regular from 'katex/dist/fonts/KaTeX_Size2-Regular.woff2' with { type: 'bytes' };
import size3Regular from 'katex/dist/fonts/KaTeX_Size3-Regular.woff2' with { type: 'bytes' };
import size4Regular from 'katex/dist/fonts/KaTeX_Size4-Regular.woff2' with { type: 'bytes' };
import typewriterRegular from 'katex/dist/fonts/KaTeX_Typewriter-Regular.woff2' with { type: 'bytes' };
import css from 'katex/dist/katex.min.css' with { type: 'text' };

const fonts: Record<string, Uint8Array> = {
  'AMS-Regular': amsRegular,
  'Caligraphic-Bold': caligraphicBold,
  'Caligraphic-Regular': caligraphicRegular,
  'Fraktur-Bold': frakturBold,
  'Fraktur-Regular': frakturRegular,
  'Main-Bold': mainBold,
  'Main-BoldItalic': mainBoldItalic,
  'Main-Italic': mainItalic,
  'Main-Regular': mainRegular,
  'Math-BoldItalic': mathBoldItalic,
  'Math-Italic': mathItalic,
  'SansSerif-Bold': sansSerifBold,
  'SansSerif-Italic': sansSerifItalic,
  'SansSerif-Regular': sansSerifRegular,
  'Script-Regular': scriptRegular,
  'Size1-Regular': size1Regular,
  'Size2-Regular': size2Regular,
  'Size3-Regular': size3Regular,
  'Size4-Regular': size4Regular,
  'Typewriter-Regular': typewriterRegular,
};

/** Fonts that only certain commands use, and the HTML that KaTeX writes for these commands. */
const RARE: [font: RegExp, sign: RegExp][] = [
  [/^Caligraphic/, /mathcal/],
  [/^Fraktur/, /mathfrak|textfrak|mathboldfrak/],
  [/^SansSerif/, /mathsf|textsf|mathboldsf|mathsfit/],
  [/^Script/, /mathscr|textscr/],
  [/^Typewriter/, /mathtt|texttt/],
  [/BoldItalic$/, /boldsymbol|mathbfit|textbf/],
];

/** The style for the formulas of a page, with the fonts that they use; empty for a page without formulas. */
export function mathStyle(html: string): string {
  if (!html.includes('class="katex')) return '';
  return css.replace(/@font-face\s*\{[^}]*?KaTeX_(\w+-\w+)\.woff2[^}]*\}/g, (face, name: string) => {
    const rare = RARE.find(([font]) => font.test(name));
    if (rare && !rare[1].test(html)) return '';
    const data = Buffer.from(fonts[name]!).toString('base64');
    return face.replace(/src:[^}]*/, `src:url(data:font/woff2;base64,${data}) format("woff2")`);
  });
}
