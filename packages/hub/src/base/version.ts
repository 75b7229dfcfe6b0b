/** The hub's version, the same as package.json's. A test holds them together. */
export const version = "0.1.0";
