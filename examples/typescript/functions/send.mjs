// Sends a reminder: here it is written to the log.
export const handler = async ({ reminder }) => {
  console.log(`to ${reminder.to}: ${reminder.text}`);
  return { sent: true, ...reminder };
};
