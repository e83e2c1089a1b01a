export { unknownToStockClient } from './stock-parser.ts';
