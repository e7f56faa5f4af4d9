/** What digits are told apart as; without anything that needs a file system, since models load in browsers too. */
export const classes = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
