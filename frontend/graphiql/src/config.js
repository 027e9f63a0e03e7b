// What the server wrote into the page: endpoint, accounts, operations, names of the built worker files.
export const config = JSON.parse(document.getElementById('exgo-config').textContent);
