package customer

// SawTexts are the questions of WhoSaw, for a test of their plans.
var SawTexts = []string{sawRecipients, sawErasures}
