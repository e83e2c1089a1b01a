import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import {
  convertLegacyHttpOptions,
  createOtlpHttpExportDelegate,
} from '@opentelemetry/otlp-exporter-base/node-http';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';

/** A request that is written. */
export interface WrittenRequest {
  readonly spans: number;
  readonly bytes: Uint8Array;
}

/** Sends spans by OTLP over HTTP (Protocol Buffers), with the library's transport and retries. */
export class TraceExporter extends OTLPExporterBase<WrittenRequest> {
  constructor(options: { readonly url: string; readonly timeoutMillis: number }) {
    const http = convertLegacyHttpOptions(options, 'TRACES', 'v1/traces', {
      'Content-Type': 'application/x-protobuf',
    });
    const serializer = {
      serializeRequest: ({ bytes }: WrittenRequest) => bytes,
      deserializeResponse: (bytes: Uint8Array) =>
        ProtobufTraceSerializer.deserializeResponse(bytes),
    };
    super(
      createOtlpHttpExportDelegate(
        http,
        serializer,
        'otlp_http_span_exporter',
        { name: 'span', countItems: ({ spans }) => spans },
        undefined,
      ),
    );
  }
}
