/** A span as a collector reads it. */
export interface SentSpan {
  readonly service: string;
  readonly name: string;
  /** In hexadecimal digits, as all ids. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  /** Nanoseconds since the Unix epoch, in digits. */
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
}

interface Field {
  readonly number: number;
  /** Of a field with a length; else empty. */
  readonly bytes: Buffer;
  /** Of a varint; else 0. */
  readonly value: bigint;
}

/** The spans of an ExportTraceServiceRequest of OTLP in Protocol Buffers. */
export function spansIn(request: Buffer): SentSpan[] {
  return all(request, 1).flatMap((resourceSpans) => {
    const attributes = all(resourceSpans, 1).flatMap((resource) => all(resource, 1).map(keyValue));
    const name = attributes.find(({ key }) => key === 'service.name');
    const { stringValue: service = '' } = (name?.value ?? {}) as { stringValue?: string };
    const spans = all(resourceSpans, 2).flatMap((scopeSpans) => all(scopeSpans, 2));
    return spans.map((span) => ({ ...spanOf(span), service }));
  });
}

function spanOf(span: Buffer): Omit<SentSpan, 'service'> {
  const [parent] = all(span, 4);
  return {
    ...idsOf(span),
    ...(parent && { parentSpanId: parent.toString('hex') }),
    name: all(span, 5)[0]?.toString() ?? '',
    startTimeUnixNano: timeOf(span, 7),
    endTimeUnixNano: timeOf(span, 8),
    attributes: all(span, 9).map(keyValue),
    links: all(span, 13).map(idsOf),
  };
}

function timeOf(span: Buffer, number: number): string {
  return all(span, number)[0]?.readBigUInt64LE().toString() ?? '0';
}

function idsOf(message: Buffer): { traceId: string; spanId: string } {
  const [traceId, spanId] = [all(message, 1)[0], all(message, 2)[0]];
  return { traceId: traceId?.toString('hex') ?? '', spanId: spanId?.toString('hex') ?? '' };
}

function keyValue(message: Buffer): { key: string; value: object } {
  const [value] = all(message, 2);
  return { key: all(message, 1)[0]?.toString() ?? '', value: value ? valueOf(value) : {} };
}

/** As OTLP's JSON has it. */
function valueOf(message: Buffer): object {
  const [field] = fieldsOf(message);
  if (!field) return {};
  const { number, bytes, value } = field;
  switch (number) {
    case 1:
      return { stringValue: bytes.toString() };
    case 2:
      return { boolValue: value === 1n };
    case 3:
      return { intValue: Number(BigInt.asIntN(64, value)) };
    case 4:
      return { doubleValue: bytes.readDoubleLE() };
    default:
      return { arrayValue: { values: all(bytes, 1).map(valueOf) } };
  }
}

function all(message: Buffer, number: number): Buffer[] {
  return fieldsOf(message)
    .filter((field) => field.number === number)
    .map(({ bytes }) => bytes);
}

function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at);
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const next = (length: number): Buffer => message.subarray(at, (at += length));
  while (at < message.length) {
    const key = Number(varint());
    const number = key >> 3;
    switch (key & 7) {
      case 0:
        fields.push({ number, bytes: Buffer.alloc(0), value: varint() });
        break;
      case 1:
        fields.push({ number, bytes: next(8), value: 0n });
        break;
      case 2:
        fields.push({ number, bytes: next(Number(varint())), value: 0n });
        break;
      case 5:
        fields.push({ number, bytes: next(4), value: 0n });
        break;
      default:
        throw new Error(`wire type ${key & 7} at ${at}`);
    }
  }
  return fields;
}
