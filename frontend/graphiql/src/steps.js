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
  const place = flows.findIndex((flow) => flow.name === operation.flow);
  const { steps } = flows[place];
  const index = steps.indexOf(operation);
  return { number: index + 1, of: steps.length, next: steps[index + 1], nextFlow: flows[place + 1] };
}

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

/** `kept`: variable name → value. `runs`: operation name → { refused, meant, kept, lost }, of its last run. */
export const useSteps = create(() => ({ kept: {}, runs: {}, ...stored() }));

useSteps.subscribe((state) => sessionStorage.setItem(KEY, JSON.stringify(state)));

export function startOver() {
  useSteps.setState({ kept: {}, runs: {} });
}

/** The codes of all refusals in an answer, each once: those of the request and those of its mutations. */
function refusals(answer) {
  const ofRequest = (answer.errors ?? []).map(({ extensions }) => extensions?.code);
  const ofMutations = Object.values(answer.data ?? {}).flatMap((payload) => payload?.errors ?? []);
  return [...new Set([...ofRequest, ...ofMutations.map(({ code }) => code)])];
}

const same = (left, right) => left.length === right.length && left.every((item) => right.includes(item));

const valueAt = (path, data) => path.split('.').reduce((node, key) => node?.[key], data);

/** Called with every answer: keeps what the operation says is worth keeping. */
export function record({ operationName }, answer) {
  const operation = operationNamed(operationName);
  if (!operation) return;
  const found = operation.keep
    .map(({ name, path }) => [name, valueAt(path, answer.data)])
    .filter(([, value]) => value != null);
  const names = found.map(([name]) => name);
  const codes = refusals(answer);
  const meant = codes.length > 0 && same(codes, operation.refused);
  const run = {
    refused: codes.length > 0 && !meant,
    meant,
    kept: names,
    lost: operation.keep.map(({ name }) => name).filter((name) => !names.includes(name)),
  };
  useSteps.setState(({ kept, runs }) => ({
    kept: { ...kept, ...Object.fromEntries(found) },
    runs: { ...runs, [operation.name]: run },
  }));
}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const DAY = 24 * 60 * 60 * 1000;

/** The operation's own variables, with its placeholders filled. */
export function freshVariables({ variables }) {
  const values = {
    random: Array.from(crypto.getRandomValues(new Uint8Array(5)), (byte) => LETTERS[byte % LETTERS.length]).join(''),
    now: new Date().toISOString(),
    inAWeek: new Date(Date.now() + 7 * DAY).toISOString().slice(0, 10),
  };
  return JSON.parse(JSON.stringify(variables).replace(/\{\{(\w+)\}\}/g, (_, name) => values[name]));
}

/** What the operation (or the user) set, overlaid by what was kept under a variable's name. */
export function variablesOf(operation, kept, set) {
  const filled = operation.takes.filter((name) => name in kept).map((name) => [name, kept[name]]);
  return { ...set, ...Object.fromEntries(filled) };
}

/** Variables that nothing supplies yet, each with the step that would. */
export function missingFrom(operation, kept) {
  const known = variablesOf(operation, kept, operation.variables);
  const keeps = (other, name) => other.keep.some((item) => item.name === name);
  const giverOf = (name) =>
    operations.find((other) => other.flow === operation.flow && keeps(other, name)) ??
    operations.find((other) => keeps(other, name));
  return operation.requires.filter((name) => known[name] == null).map((name) => ({ name, giver: giverOf(name) }));
}
