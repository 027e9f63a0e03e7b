// The saved operations as steps of flows: what each takes and gives, what was kept, and how its last run went.
import { getOperationAST, parse } from 'graphql';
import { create } from 'zustand';
import { config } from './config.js';

const KEY = 'exgo-graphiql:steps';

function read(operation) {
  const documentAST = parse(operation.document);
  const definition = getOperationAST(documentAST);
  return {
    ...operation,
    documentAST,
    definition,
    takes: definition.variableDefinitions.map((variable) => variable.variable.name.value),
    requires: definition.variableDefinitions
      .filter((variable) => variable.type.kind === 'NonNullType' && !variable.defaultValue)
      .map((variable) => variable.variable.name.value),
  };
}

export const operations = config.operations.map(read);

export const flows = [...new Set(operations.map((operation) => operation.flow))].map((name) => ({
  name,
  steps: operations.filter((operation) => operation.flow === name),
}));

export const operationNamed = (name) => operations.find((operation) => operation.name === name);

export function placeOf(operation) {
  const { steps } = flows.find((flow) => flow.name === operation.flow);
  const index = steps.indexOf(operation);
  return { number: index + 1, of: steps.length, next: steps[index + 1] };
}

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

/** `kept`: variable name → value. `runs`: operation name → { refused, kept, lost }, of its last run. */
export const useSteps = create(() => ({ kept: {}, runs: {}, ...stored() }));

useSteps.subscribe((state) => sessionStorage.setItem(KEY, JSON.stringify(state)));

export function startOver() {
  useSteps.setState({ kept: {}, runs: {} });
}

function refused(answer) {
  const payloads = Object.values(answer.data ?? {});
  return Boolean(answer.errors?.length) || payloads.some((payload) => payload?.errors?.length);
}

const valueAt = (path, data) => path.split('.').reduce((node, key) => node?.[key], data);

/** Called with every answer: keeps what the operation says is worth keeping. */
export function record({ operationName }, answer) {
  const operation = operationNamed(operationName);
  if (!operation) return;
  const found = operation.keep
    .map(({ name, path }) => [name, valueAt(path, answer.data)])
    .filter(([, value]) => value != null);
  const names = found.map(([name]) => name);
  const run = {
    refused: refused(answer),
    kept: names,
    lost: operation.keep.map(({ name }) => name).filter((name) => !names.includes(name)),
  };
  useSteps.setState(({ kept, runs }) => ({
    kept: { ...kept, ...Object.fromEntries(found) },
    runs: { ...runs, [operation.name]: run },
  }));
}

/** The operation's variables: what it (or the user) set, overlaid by what was kept under a variable's name. */
export function variablesOf(operation, kept, set = operation.variables) {
  const filled = operation.takes.filter((name) => name in kept).map((name) => [name, kept[name]]);
  return { ...set, ...Object.fromEntries(filled) };
}

/** Variables that nothing supplies yet, each with the step that would. */
export function missingFrom(operation, kept) {
  const known = variablesOf(operation, kept);
  return operation.requires
    .filter((name) => known[name] == null)
    .map((name) => ({ name, giver: operations.find((other) => other.keep.some((item) => item.name === name)) }));
}
