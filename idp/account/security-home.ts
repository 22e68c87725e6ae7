/** Where people look after what protects their account. */
export const securityHome = '/accounts/security/';
