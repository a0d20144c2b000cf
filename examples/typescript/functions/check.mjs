// Checks a reminder, and returns it as it is sent.
class InvalidReminder extends Error {
  name = "InvalidReminder";
}

export const handler = async ({ to, text }) => {
  if (!to?.includes("@")) {
    throw new InvalidReminder(`expected an address with @, found ${to}`);
  }
  return { to: to.trim().toLowerCase(), text };
};
