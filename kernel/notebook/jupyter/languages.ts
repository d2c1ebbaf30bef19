// From Jupyter's names of languages and kernels to the language ids of VS Code.

const ids: Record<string, string> = {
  ts: 'typescript',
  tslab: 'typescript',
  deno: 'typescript',
  js: 'javascript',
  node: 'javascript',
  jslab: 'javascript',
  ijavascript: 'javascript',
  ipython: 'python',
  python2: 'python',
  python3: 'python',
  pypy: 'python',
  sh: 'shellscript',
  bash: 'shellscript',
  'c++': 'cpp',
  'c#': 'csharp',
  'f#': 'fsharp',
  svg: 'xml',
};

/** The id of a language or kernel: `Python` is `python`, `tslab` is `typescript`, `C++17` is `cpp`. */
export function languageId(name: string): string {
  const plain = name.toLowerCase().trim();
  const found = ids[plain] ?? ids[plain.replace(/[\d.\s-]+$/, '')];
  return found ?? (plain.replace(/[^\w+#.-]+/g, '-') || 'plaintext');
}
