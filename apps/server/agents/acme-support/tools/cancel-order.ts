import { ORDERS } from './orders/orders.ts';

/** Cancels an order, unless it was delivered or is not there. */
export default function cancelOrder({ order_id }: { readonly order_id: string }): unknown {
  const order = ORDERS.get(order_id);
  if (!order) return { found: false };
  return { order_id, status: order.status === 'delivered' ? 'delivered' : 'cancelled' };
}
