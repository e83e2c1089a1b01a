/** Properties of a machine whose value may be a function: they shape data and have no effects. */
const dataProperties = new Set(['context', 'input', 'output']);

/** @param {any} node */
function isDataProperty({ type, key }) {
  return type === 'Property' && dataProperties.has(key.name ?? key.value);
}

/** @param {any} node */
function isInMachine(node) {
  for (let inner = node; inner.parent; inner = inner.parent) {
    const { type, callee } = inner.parent;
    if (type !== 'CallExpression' || callee === inner) continue;
    if ((callee.name ?? callee.property?.name) === 'createMachine') return true;
  }
  return false;
}

/** Rules for statecharts, as an oxlint plugin. */
export default {
  meta: { name: 'machines' },
  rules: {
    'names-only': {
      /** @param {any} context */
      create(context) {
        /** @param {any} node */
        const check = (node) => {
          if (isDataProperty(node.parent) || !isInMachine(node)) return;
          context.report({
            node,
            message: 'A machine names its guards, actions and actors; write this one in its setup.',
          });
        };
        return { ArrowFunctionExpression: check, FunctionExpression: check };
      },
    },
  },
};
