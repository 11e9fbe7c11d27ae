// Signing in in another window, while a page keeps what it shows.

/** The address of the sign-in whose last page says that one can go back. */
export const SIGN_IN = `/accounts/login/?${new URLSearchParams({ next: "/accounts/signed-in" })}`;
