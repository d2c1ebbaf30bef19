// Files that the bundler turns into values, by the `type` of their import.
declare module '*.css' {
  const text: string;
  export default text;
}
declare module '*.woff2' {
  const bytes: Uint8Array;
  export default bytes;
}
