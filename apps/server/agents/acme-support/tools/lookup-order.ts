import { ORDERS } from './orders/orders.ts';

/** Looks an order up; of one that is not there it says so. */
export default function lookupOrder({ order_id }: { readonly order_id: string }): unknown {
  const order = ORDERS.get(order_id);
  return order ? { order_id, ...order } : { found: false };
}
