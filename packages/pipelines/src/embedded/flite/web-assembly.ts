/** A program's memory; `buffer` is another one after it has grown. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** The functions a program calls, by name. */
export type WasmImports = Readonly<Record<string, (...values: never[]) => number>>;

interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<WebAssembly.Module>;
  readonly Instance: new (
    module: WebAssembly.Module,
    imports: Readonly<Record<string, WasmImports>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
}

/** The global WebAssembly object, whose functions the types of Node leave out. */
export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi })
  .WebAssembly;
