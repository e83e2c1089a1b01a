/** An order as the shop has it. */
export interface Order {
  readonly status: 'processing' | 'shipped' | 'delayed' | 'delivered';
  readonly expected_delivery: string;
  readonly email: string;
}

/** The shop's orders by number. */
export const ORDERS: ReadonlyMap<string, Order> = new Map([
  ['4471', { status: 'shipped', expected_delivery: 'April 25', email: 'maria.carter@example.com' }],
  [
    '5520',
    { status: 'processing', expected_delivery: 'May 2', email: 'daniel.brooks@example.com' },
  ],
  ['55129', { status: 'delayed', expected_delivery: 'May 6', email: 'susan.hill@example.com' }],
  ['3308', { status: 'delivered', expected_delivery: 'April 19', email: 'peter.lane@example.com' }],
]);
