interface Order {
  readonly status: 'processing' | 'shipped' | 'delayed' | 'delivered';
  readonly expected_delivery: string;
}

const ORDERS: ReadonlyMap<string, Order> = new Map([
  ['4471', { status: 'shipped', expected_delivery: 'April 25' }],
  ['5520', { status: 'processing', expected_delivery: 'May 2' }],
  ['55129', { status: 'delayed', expected_delivery: 'May 6' }],
  ['3308', { status: 'delivered', expected_delivery: 'April 19' }],
]);

/** Looks an order up; of one that is not there it says so. */
export default function lookupOrder({ order_id }: { readonly order_id: string }): unknown {
  const order = ORDERS.get(order_id);
  return order ? { order_id, ...order } : { found: false };
}
