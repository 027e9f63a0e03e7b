// Putting a saved operation into the editor.
import { pick, tryParseJSONC, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { freshVariables, operationNamed, operations, useSteps, variablesOf } from './steps.js';
import { WELCOME } from './texts.js';

const untouched = (text) =>
  [...operations.map((operation) => operation.document), WELCOME, ''].some((known) => known.trim() === text.trim());

function userVariables(text) {
  try {
    return tryParseJSONC(text) ?? {};
  } catch {
    return null;
  }
}

// By operation, what its placeholders came to when it was opened last.
const filled = new Map();

function fresh(operation) {
  const variables = freshVariables(operation);
  filled.set(operation.name, variables);
  return variables;
}

const same = (left, right) => JSON.stringify(left) === JSON.stringify(right);

/** Placeholders filled anew, but for variables that the user has changed since. */
function freshBut(operation, set) {
  const before = filled.get(operation.name) ?? {};
  const changed = Object.entries(set).filter(([name, value]) => !same(value, before[name]));
  return { ...fresh(operation), ...Object.fromEntries(changed) };
}

const toText = (variables) => (Object.keys(variables).length ? JSON.stringify(variables, null, 2) : '');

/**
 * Opens an operation where it is open already (with the user's edits, freshly kept values and new numbers), else in the
 * current tab if that holds nothing of the user's own, else in a new one: twenty-five steps need not be twenty-five tabs.
 */
export function useOpen() {
  const { addTab, changeTab, setOperationFacts, updateActiveTabValues } = useGraphiQLActions();
  const { tabs, activeTabIndex, queryEditor, variableEditor, responseEditor } = useGraphiQL(
    pick('tabs', 'activeTabIndex', 'queryEditor', 'variableEditor', 'responseEditor'),
  );

  const text = (operation, set) => toText(variablesOf(operation, useSteps.getState().kept, set));

  function refill(operation) {
    const set = userVariables(variableEditor.getValue());
    if (set) variableEditor.setValue(text(operation, freshBut(operation, set)));
  }

  function load(operation) {
    queryEditor.setValue(operation.document);
    variableEditor.setValue(text(operation, fresh(operation)));
    responseEditor.setValue('');
  }

  // GraphiQL notices edits a tenth of a second late; Ctrl-Enter may come sooner, and must not send the old name.
  function settle({ definition, documentAST, name }) {
    setOperationFacts({ documentAST, operationName: name, operations: [definition] });
    updateActiveTabValues({
      query: queryEditor.getValue(),
      variables: variableEditor.getValue(),
      response: responseEditor.getValue(),
      operationName: name,
    });
  }

  return (operation) => {
    const place = tabs.findIndex((tab) => tab.operationName === operation.name);
    if (place === activeTabIndex) {
      refill(operation);
    } else if (place >= 0) {
      changeTab(place);
      refill(operation);
      settle(operation);
    } else {
      if (!untouched(queryEditor.getValue())) addTab();
      load(operation);
      settle(operation);
    }
    queryEditor.focus();
  };
}

/** The saved operation in the active tab, if that is one. */
export function useCurrentOperation() {
  const name = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.operationName);
  return operationNamed(name);
}
