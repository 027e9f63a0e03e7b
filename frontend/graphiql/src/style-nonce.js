// Monaco and Radix add <style> elements while they run. The page's policy admits only those that carry its nonce,
// and neither library can be told one; so every style element gets it at birth. Imported before anything else.
import { config } from './config.js';

const createElement = Document.prototype.createElement;

Document.prototype.createElement = function (name, options) {
  const element = createElement.call(this, name, options);
  if (element instanceof HTMLStyleElement) element.nonce = config.styleNonce;
  return element;
};
