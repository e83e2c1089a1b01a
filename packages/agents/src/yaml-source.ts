import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
} from 'yaml';
import type { FolderFault } from './agent-folder-error.ts';

/** Where a value stands: mapping keys and list indices from the top of the file. */
export type YamlPath = readonly PropertyKey[];

interface Found {
  readonly key: Node | null;
  readonly value: Node | null;
}

/** A YAML file that knows where each of its values stands. */
export class YamlSource {
  readonly file: string;
  /** The file as plain values; `undefined` when it is no YAML. */
  readonly content: unknown;
  /** What is wrong with it as YAML. */
  readonly faults: readonly FolderFault[];
  readonly #text: string;
  readonly #document: Document.Parsed;
  readonly #lines = new LineCounter();

  constructor(file: string, text: string) {
    this.file = file;
    this.#text = text;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    this.faults = this.#document.errors.map((error) => ({
      ...this.#positionOf(error.pos[0]),
      reason: `this is not valid YAML: ${uncapitalised(error.message)}`,
      advice: 'Check the indentation, quotes and colons here.',
    }));
    this.content = this.faults.length === 0 ? this.#document.toJS() : undefined;
  }

  /** A fault at the value of a path, or at the nearest thing above it that there is. */
  faultAt(path: YamlPath, reason: string, advice: string): FolderFault {
    return { ...this.#positionOf(this.#offsetOf(path, 'value')), reason, advice };
  }

  /** A fault at the key of a path. */
  faultAtKey(path: YamlPath, reason: string, advice: string): FolderFault {
    return { ...this.#positionOf(this.#offsetOf(path, 'key')), reason, advice };
  }

  /** A fault at the first occurrence of a piece of text inside the value of a path. */
  faultInside(
    path: YamlPath,
    piece: string,
    fault: { reason: string; advice: string },
  ): FolderFault {
    const range = this.#find(path)?.value?.range;
    const start = this.#offsetOf(path, 'value');
    const at = range ? this.#text.slice(range[0], range[1]).indexOf(piece) : -1;
    return { ...this.#positionOf(start + Math.max(0, at)), ...fault };
  }

  #positionOf(offset: number): { file: string; line: number; column: number } {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line: Math.max(1, line), column: Math.max(1, col) };
  }

  #offsetOf(path: YamlPath, part: 'key' | 'value'): number {
    for (let depth = path.length; depth >= 0; depth--) {
      const found = this.#find(path.slice(0, depth));
      if (!found) continue;
      // What is missing is missing from the mapping, so its key says where.
      const wanted = depth === path.length ? part : 'key';
      const node = wanted === 'key' ? (found.key ?? found.value) : (found.value ?? found.key);
      if (node?.range) return node.range[0];
    }
    return 0;
  }

  #find(path: YamlPath): Found | null {
    let found: Found = { key: null, value: this.#document.contents };
    for (const step of path) {
      const node = isAlias(found.value) ? found.value.resolve(this.#document) : found.value;
      if (isMap<Node, Node | null>(node)) {
        const pair = node.items.find(
          ({ key }) => isScalar(key) && String(key.value) === String(step),
        );
        if (!pair) return null;
        found = { key: pair.key, value: pair.value };
      } else if (isSeq<Node>(node) && typeof step === 'number') {
        const item = node.items[step];
        if (!item) return null;
        found = { key: null, value: item };
      } else return null;
    }
    return found;
  }
}

function uncapitalised(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
