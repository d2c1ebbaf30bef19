// A story written for this project: the text of `data.text`.

/** Paragraphs are apart by an empty line; ends of lines inside them are spaces. */
export const STORY = `
The lighthouse at the end of the long stone pier had two keepers, an old one and a young one. The old keeper was
called Marta, and she had kept the light for thirty years. The young keeper was called Jonas, and he had kept it for
three days.

"The light must never go out," said Marta on the first day. "That is the whole of the work. All the rest is only
how."

"And how is it done?" asked Jonas.

"You look at the light," said Marta. "If it is too weak, you give it more oil. If it is too strong, you give it
less. You look again. Then you go down, and eat your bread, and come up, and look again."

Jonas thought that this was not very much to learn. He had been to school in the town, and he had read books about
the stars and about the tides, and one book about the motion of the planets, which he had not understood but had
liked. He had expected that a lighthouse would have more in it.

On the second day there was fog. The sea was gone, and the pier was gone, and the town behind the pier was gone.
There was nothing in the world but the tower and the bell. Marta rang the bell once in every minute, and Jonas
counted the minutes for her, because the clock stood below in the kitchen and could not be seen from the stairs.

"How do you know when a minute is over?" he asked.

"I do not know it," said Marta. "I guess it. In the evening I look at the book, and I see how many times I have
rung, and I look at the clock, and I see how many times I should have rung. If I rang too often, I ring slower on
the next day. In my first year I was wrong by ten in every hundred. In my second year I was wrong by three. Now I am
wrong by one, and I do not think that I will become better than that."

"Why do you not carry the clock up the stairs?"

Marta was silent for a while. "Nobody has ever asked me that," she said. Then they carried the clock up the stairs,
and it was very heavy, and from that day on it stood beside the bell.

On the third day the fog was still there, and a boat came out of it. It was a small boat with a brown sail, and in
the boat sat a girl and a large grey dog. The girl tied the boat to the iron ring and came up the steps, and the dog
came behind her and shook the water from its coat.

"I have come about the light," said the girl. "My grandmother says that it is not where it was."

"A lighthouse does not move," said Jonas. "That is the point of it."

"My grandmother has fished here for fifty years," said the girl. "She says that when she comes home at night, she
holds the light a hand to the left of the church, and then she passes between the rocks. But for a week now, if she
holds it a hand to the left of the church, she hears the rocks. So she holds it two hands to the left. And she wants
to know which of you has moved, you or the church."

Marta laughed, but only for a moment. Then she went up all the stairs to the lamp, with Jonas and the girl and the
dog behind her, and she looked at the great glass that stood around the flame. It was made of a hundred pieces, and
each piece bent the light a little, so that all the light which wanted to go up or down went out over the sea.

"Here," said the girl. She was small, and she could see the glass from below. One of the pieces had slipped out of
its frame. It was not broken. It hung by one corner, and the light that came through it went not to the sea but to
the side.

"One piece in a hundred," said Jonas. "Could that be enough?"

"One piece in a hundred is enough if you are a boat and the rocks are near," said Marta.

They wanted to put the piece back, but nobody knew how it had stood before. If it stood too steep, the light went
into the clouds. If it stood too flat, the light went into the water. Marta had a drawing of the glass, but the
drawing was old, and mice had eaten the corner with the numbers on it.

"I could calculate it," said Jonas. "There is a law for it. The angle at which the light comes in, and the angle at
which it goes out. It was in my book." He sat down on the stairs with a piece of paper, and he calculated until it
was evening, and the paper was full, and at the end the number that he had found was larger than the tower.

"I have made a mistake," he said.

"Where?" asked the girl.

"If I knew where, I would not have made it."

The girl looked at the glass. "My grandmother mends nets," she said. "When a net is mended and does not hang right,
she does not calculate. She pulls at one knot, a little. Then she looks whether it hangs better. If it does, she
pulls at it again. If it does not, she lets it go and pulls the other way. When no knot makes it better any more,
she goes to bed."

"That is no law," said Jonas.

"No," said the girl. "But it is a net."

So they did it in that way. The girl rowed out with the dog until the boat lay where her grandmother heard the
rocks, and she took a lamp with her. Marta stood at the window. Jonas lay on his back under the glass and held the
loose piece with both hands. When the girl saw the light grow brighter, she lifted her lamp. When she saw it grow
darker, she lowered it.

Jonas moved the piece by the width of a finger. The lamp went down. He moved it back and by a finger to the other
side. The lamp went up. He moved it again by a finger, and the lamp went up again. He moved it by another finger,
and the lamp went down.

"You have gone too far!" called Marta.

He went back by half a finger. The lamp went up. He went on by a quarter of a finger, and the lamp went down, and he
went back by an eighth, and then the lamp did not move any more, either because the light was as good as it could be
or because the girl could not see the difference, and it is hard to say how these two things are not the same.

Jonas turned the screws, and the piece held. It had taken them less than an hour.

When the girl came back, she was wet and pleased. "It is one hand to the left of the church," she said. "My
grandmother will be glad that it was you, and not the church."

They ate bread and fish in the kitchen, and the dog lay under the table on all their feet. Jonas was quiet. He had
the paper with his calculation beside his plate, and he read it again from the top.

"You are angry," said Marta.

"I am not angry," said Jonas. "I want to know where it is." He read on. Then he put his finger on a line in the
middle of the page. "Here," he said. "I have divided where I should have multiplied." He took a new piece of paper,
and he wrote down the last half of the calculation again, and at the end there was a number. It was a small and
ordinary number. He went up the stairs with a ruler, and they heard him walk around the lamp, and then he came down
again.

"Well?" said the girl.

"It is right," said Jonas. "The law says the same as you. It differs by less than the eighth of a finger."

"Then we did not need the law," said the girl.

"Then we did not need the rowing," said Jonas.

"You need the rowing when there is a mistake in the law," said Marta, "and you need the law when there is a mist and
nobody can row. Eat your fish, both of you."

After that the girl came every week. Her name was Ida, and the name of the dog was Anchor. In the summer she taught
Jonas to row, and to mend nets, and to hold the light a hand to the left of the church. In return he taught her what
was in the book about the stars. She liked the planets least, because they wander, and she liked best that some
stars are no longer there when their light arrives.

"So the light is older than the lamp," she said.

"It is only late," said Jonas.

In the autumn there was a storm. It came from the west, and it came in the night, and it was such a storm that even
Marta, who had seen thirty autumns from this tower, stood at the window and said nothing. The waves broke over the
pier. The rain struck the glass like gravel. The wind found a way through the old stones, and the flame bent and
smoked and grew small.

"More oil," said Marta, and Jonas gave it more oil. The flame rose, and it smoked more, and the glass grew black.

"Less oil," said Marta, and Jonas gave it less. The flame grew small, and the wind blew it flat.

"It is not the oil," said Jonas. "Whether we give it more or less, it becomes worse. There must be something else
that we can change." He looked around the lamp room. There was the lamp, and the glass, and the oil, and the wind.
The wind could not be changed. But there was a door at the head of the stairs, which was always open, because it had
always been open, and the wind came up the stairs through it as through a chimney.

He closed the door. The flame stood up, straight and white, as if somebody had called it by its name.

"Thirty years," said Marta. "And I only ever turned the one screw."

They cleaned the glass by turns until the morning. Four ships passed in that night. They never knew the names of the
ships, and the ships never knew the names of the keepers, and this is how it is with lighthouses.

When the storm was over, the sea was flat and yellow, and it was full of wood. Ida came over the pier on foot,
because her boat had been broken. She did not cry about it, but she sat for a long time on the lowest step and
looked at the iron ring where she used to tie it.

"We will build another," said Jonas.

"Do you know how a boat is built?"

"No," said Jonas. "Does your grandmother?"

"She knows how a good one feels," said Ida.

So they built a boat in the way in which they had mended the light. They built a bad one first. It was short and
round, and when they put it into the water, it turned in a circle and could not be made to go in any other way. The
grandmother sat on a barrel and smoked a pipe. "The bow is too blunt," she said. They made the bow sharper. The boat
went straight, but it leaned to the left. "The left side is heavier," said the grandmother. They took a plank from
the left side and nailed it to the right. The boat leaned to the right. They sawed the plank in two.

For every boat that they built they wrote a line into a book: how long, how wide, how heavy, how fast, and what the
grandmother said. In the first line it said: "Turns in a circle. No." In the ninth line it said: "Almost." Jonas
drew a picture of the numbers, with a point for each boat, and he saw that the longer boats were faster, until they
became so long that they were slower again.

"There is a hill in it," he said, "and we are standing on the side. If we make the next one a little longer and a
little narrower, we go up."

"And if there is a higher hill behind this one?" asked Ida.

Jonas looked at his picture for a long time. "Then we would have to build a very different boat," he said, "and it
would be worse than the one that we have, and we would have to go on all the same."

"Not in this winter," said the grandmother. "In this winter I want to fish."

The tenth boat was a good boat. It was not the best boat in the world, and nobody on that coast ever said so. But it
went where it was told to go, and it did not lean, and when the grandmother had sat in it for a minute, she took the
pipe out of her mouth and nodded. They painted it blue. Ida wanted to call it Tenth, but Jonas said that it deserved
better, and so they called it Patience, and the dog jumped in before anyone else and would not get out.

In the spring a man came from the town with a leather bag. He was from the office of lighthouses, and he wanted to
see the books. Marta gave him the book of the oil, and the book of the bell, and the book of the ships. He read for
a whole day, and he drank all the coffee. He was surprised by the book of the bell.

"Until last year you were wrong by one in a hundred," he said. "And since then you have not been wrong at all. How
did you do it?"

"We carried the clock up the stairs," said Marta.

The man wrote this down. Then he was surprised by the book of the oil. "You use a third less than the other lights
on this coast. How did you do that?"

"We closed the door," said Jonas.

The man wrote this down, too. He closed his bag. "I have visited nineteen lighthouses in this month," he said, "and
in each of them I asked the keepers what they would need to make the light better. They need a larger lamp. They
need a newer glass. They need more money. You are the only ones who have asked for nothing."

"We need a second chair," said Marta. "There are three of us now, and a dog."

The chair came in the summer, on a ship, in a box that was much too large for it. It was not a very good chair. One
of its legs was too short. Ida put a piece of wood under the short leg, and then it was too long, and she took the
knife and cut a little from the wood, and sat down, and stood up, and cut a little more.

Jonas watched her. He had been a keeper for a year now, and he no longer thought that there was not very much to
learn. It seemed to him that there was only one thing to learn, and that it was the same thing in the lamp and in
the bell, in the boat and in the chair: you look how far you are from where you want to be; you find out what would
bring you nearer; you go there, but not too far; and then you look again. It was so simple that a child could do it,
and it was never finished.

"What are you thinking?" asked Ida.

"That the light must never go out," said Jonas, "and that all the rest is only how."

Marta, who was almost asleep beside the stove, opened one eye. "I said that," she said.

"Yes," said Jonas. "But then I had not been wrong often enough to understand it."

Years later, when Marta had gone to live with her sister in the town, and the grandmother no longer fished but told
others how to fish, Jonas and Ida kept the light together. The oil lamp was gone by then. There was an electric one,
which could neither smoke nor be blown flat, and a small machine rang the bell. People said that soon there would be
no keepers at all, and that a machine would look at the light by itself.

"Will it know what it looks at?" asked their daughter, who was six years old and asked such things from morning to
evening.

"It will know whether it is too bright or too dark," said Ida, "and which way to turn."

"Is that enough?"

"It is enough for the light," said Jonas. "It was not quite enough for the boat."

The daughter thought about it. Then she took the book down from the shelf, the one with the ten boats, and turned to
the page with the picture, where there was a point for each of them and a line that went up a hill and down on the
other side. Far away from all the points, near the edge of the paper, she made a new one with a red pencil.

"What is that?" asked Jonas.

"That is the very different boat," she said. "The one that you did not build."

Ida looked at Jonas, and Jonas looked at Ida. Outside, the tide had turned, and the blue boat pulled at its rope.
The old dog, who was called Anchor like his grandfather, lifted his head from the floor and listened. It was a clear
evening, and the first stars stood above the church, some of which were there and some of which were only late.

"It will be worse than the one that we have," said Jonas slowly.

"At first," said the daughter.

And in the morning they began.

They began with a drawing, because the daughter, whose name was Vera, had only made a red point, and a point cannot
be built. "How long is it?" asked Jonas. Vera held her hands apart. "How wide?" She held them a little less far
apart. "And how heavy?" She thought about it. "As heavy as Anchor," she said, "if he has eaten."

"That is the length of a bathtub and the width of a table," said Jonas. "It will turn in a circle."

"You do not know that," said Vera. "You only know it of the boats that you have built."

This was true, and he had to admit it. So they built a boat that was as long as a bathtub and as wide as a table,
and they put it into the water on a morning without wind. It turned in a circle. But it turned very slowly, and it
did not lean, not even when Anchor jumped into it and went from one side to the other.

Jonas wrote into the book: "Eleventh boat. Turns in a circle. Does not lean." He looked at the second sentence. None
of the ten boats before had deserved it.

"What if there were two of them," said Vera, "side by side, with a floor in between? Then one would turn to the
left, and the other would turn to the right."

"Both would turn the same way," said Jonas. "They are the same boat."

"Then we turn one of them around," said Vera.

They built a second bathtub, and they turned it around, and they laid a floor of planks over both. On the first day
it went backwards. On the second day they moved the mast, and it went forwards, but it trembled. On the third day
Ida came with her knife and cut a little from one side and a little from the other, and sat down, and looked, and
cut a little more. On the fourth day it went across the bay in half the time of the blue boat, with four people and
a dog on it, and nobody spilled the coffee.

The grandmother was very old by now, and she saw it only from the window of her house. She sent a boy to the pier
with a piece of paper. On the paper stood one word, in large letters that went uphill. The word was: "Higher."

"What does she mean?" asked Vera. "The mast? The floor? The sail?"

Ida read the word again, and she began to laugh. "She means the hill," she said.

In the next years many people came to look at the double boat, and some of them built one. Most of those were worse,
and a few were better, and all of them were written into the book, because Vera went along the coast with a pencil
and asked. When the book was full, she began another. She wrote down the boats that had sunk as well as those that
had sailed. "If I leave out the bad ones," she said, "then everybody who reads this will think that all boats are
good, and will not know why."

There came a time when a machine was sent to the lighthouse, just as people had said. It was a grey box with a glass
eye, and it was to look at the light day and night, and to turn the screw. Jonas, who was an old man with a white
beard, carried it up the stairs himself. He set it beside the lamp. For one week it only watched him. Whenever he
gave more, it made a mark, and whenever he gave less, it made a mark, and at the end of the week it turned the screw
by itself.

It was not good at it. On the first night it was wrong by ten in every hundred, and Jonas sat beside it on the chair
with the piece of wood under its leg, and corrected it.

"Are you angry with it?" asked Vera.

"No," said Jonas. "In my first year I was no better." He looked at the box, and the box looked at the light. "It
makes a mistake, and it is told by how much, and it changes itself a little. It does not go too far. I do not know
whether it understands anything. But I know how it feels to learn like that, and I would not want to be laughed at."

On the second night it was wrong by three in every hundred. On the third night it was wrong by one, and then it did
not become better than that for a long time, and Jonas was almost glad. But on a morning in March he came up the
stairs, and the light was white and straight, and it had been so all night, in the wind and in the rain. He looked
for the door at the head of the stairs. It was closed.

"Did you close it?" he asked Vera.

"No," said Vera. "Did you?"

They both looked at the box. It had no hands, and so it could not have been the box. But for a year there had been a
line in its marks that nobody had been able to read, a small sign that came whenever the wind blew from the west,
and on that evening Vera went through all the marks with her pencil, from the first page to the last. When she had
finished, she put the pencil down. "It could not close the door," she said. "So it has asked us. It has asked us
every night. We were the ones who were not looking."

Jonas sat down on the second chair. It did not rock any more; it had not rocked for forty years. Behind the window
the tide came in, and the boats came home before it, the blue one and the double one and all the others, each with
the light a hand to the left of the church.

"Well," he said after a while, "then we look again."

And they did, all three of them, until it was dark.
`;
