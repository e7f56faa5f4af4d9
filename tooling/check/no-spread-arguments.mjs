/**
 * A rule of ESLint: no list is spread into the arguments of a call, for an engine takes some 100,000 arguments at most and then throws a RangeError.
 * Allowed is what has as many elements as somebody wrote down: tuples, lists in brackets, and the rest parameter of a function around, whose elements
 * have been arguments before. `f.apply(x, list)` is the same thing.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
export const noSpreadArguments = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      spread:
        'An array of any length overflows the stack as arguments: loop over it, or take maximumOf and minimumOf of @sluice/core.',
    },
  },
  create(context) {
    const { sourceCode } = context;
    const services = sourceCode.parserServices;
    const check = (/** @type {any} */ node) => {
      if (!isBounded(node, sourceCode, services)) context.report({ node, messageId: 'spread' });
    };
    const checkCall = (/** @type {any} */ { arguments: given }) => {
      for (const one of given) if (one.type === 'SpreadElement') check(one.argument);
    };
    return {
      CallExpression(node) {
        checkCall(node);
        const [callee, list] = [/** @type {any} */ (node.callee), node.arguments.at(-1)];
        const isApply = callee.type === 'MemberExpression' && callee.property.name === 'apply';
        const isReflect = isApply && callee.object.name === 'Reflect';
        if (isApply && list && node.arguments.length === (isReflect ? 3 : 2) && list.type !== 'ObjectExpression')
          check(list);
      },
      NewExpression: checkCall,
    };
  },
};

/**
 * @param {any} node what is spread
 * @param {import('eslint').SourceCode} sourceCode
 * @param {any} services with types, where the file has them
 * @returns {boolean}
 */
function isBounded(node, sourceCode, services) {
  if (node.type === 'ArrayExpression') {
    return node.elements.every(
      (/** @type {any} */ element) =>
        element?.type !== 'SpreadElement' || isBounded(element.argument, sourceCode, services),
    );
  }
  if (node.type === 'ConditionalExpression') {
    return [node.consequent, node.alternate].every((one) => isBounded(one, sourceCode, services));
  }
  return isRestParameter(node, sourceCode) || isTuple(node, services);
}

/**
 * @param {any} node
 * @param {import('eslint').SourceCode} sourceCode
 */
function isRestParameter(node, sourceCode) {
  if (node.type !== 'Identifier') return false;
  for (let scope = sourceCode.getScope(node); scope; scope = /** @type {any} */ (scope.upper)) {
    const variable = scope.set.get(node.name);
    if (!variable) continue;
    const [definition] = variable.defs;
    return definition?.type === 'Parameter' && /** @type {any} */ (definition.name).parent.type === 'RestElement';
  }
  return false;
}

/**
 * @param {any} node
 * @param {any} services
 */
function isTuple(node, services) {
  if (!services.program) return false;
  const checker = services.program.getTypeChecker();
  const type = services.getTypeAtLocation(node);
  const parts = type.isUnion() ? type.types : [type];
  return parts.every((/** @type {any} */ part) => checker.isTupleType(part) && part.target.combinedFlags < 4);
}
