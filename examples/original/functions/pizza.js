// Looks for pineapple in an order.
exports.handler = async (flavour) => {
  console.log("Requested pizza:", JSON.stringify(flavour));
  return { containsPineapple: ["pineapple", "hawaiian"].includes(flavour) };
};
