"""Citizen feedback for one-stop shops: answers come in, are recounted by day, and are read as ratings.

The way of the data, always downwards: a door (kiosk, QR, web, paper) makes a `surveys.commands.SubmitResponse`;
`surveys.operations.submit` stores it and leaves a request in `recounts` in the same transaction; a worker
(`tasks.recounts`) lets `ratings.operations` count the department's day again; `ratings.queries` sums days into
periods, or reads what was published; `site` and the managers' pages show what those queries return.

Order of the slices, top to bottom; each imports only those below it:

    app  cli  demo  site  articles  ratings  exclusions  (kiosks | paper)  (surveys | polls | visits)  dossiers  staff
    departments  recounts  kit
"""
