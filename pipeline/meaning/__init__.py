"""Tables to facts: numbers, periods, units, concepts, entities."""
