// Which demonstration accounts an operation wants, and whether the viewer is one of them.
import { config } from './config.js';

const same = (left, right) => left.toLowerCase() === right.toLowerCase();

export function accountsFor(operation) {
  const labelled = config.accounts.filter((account) => operation.as.some((label) => same(label, account.label)));
  if (labelled.length) return labelled;
  return config.accounts.filter((account) => operation.as.some((label) => same(label, account.role)));
}

export function suits(viewer, operation) {
  if (!operation.as.length) return true;
  if (!viewer) return false;
  const accounts = accountsFor(operation);
  if (accounts.length) return accounts.some((account) => same(account.email, viewer.email));
  return operation.as.some((label) => same(label, viewer.role));
}
