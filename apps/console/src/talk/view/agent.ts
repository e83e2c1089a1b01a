/** An agent of the server, as `GET /agents` tells it. */
export interface Agent {
  readonly name: string;
  readonly description: string;
  readonly isDefault: boolean;
}
