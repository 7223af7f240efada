/**
 * English words and suffixes whose plural is not formed by appending `s`. The tables come from the library
 * that upstream kro uses, because the plurals are part of the names of CRDs. The mark `!` follows a word
 * that is matched only as a whole word. The mark `~` follows a word whose plural the library does not
 * recognize as a plural.
 */

/** Words whose singular and plural are the same. */
export const UNCHANGED = `
  aircraft beef bison blues~ chassis deer equipment fish graffiti information jeans media money
  moose news police rice salmon series sheep shrimp species swine trout tuna you
`;

/** Words that end like one of the {@link SUFFIXES}, but form their plural by appending `s`. */
export const PLAIN = `
  abuse ache agenda base bureau cause chive clause cookie cruse curriculum dwarf excuse formula
  fuse hive hoof house human misuse move movie muse pause pretorium quota shoe stadium toe! use!
  vedalia
`;

/** Irregular words, written as `singular>plural`. */
export const IRREGULAR = `
  adieu>adieux alias!>aliases alumna>alumnae alumnus>alumni apex>apices appendix>appendices
  aquarium>aquaria auditorium>auditoria axis!>axes bacillus>bacilli basis~>bases
  buffalo>buffaloes cactus>cacti child>children coccus>cocci codex>codices corpus>corpora
  crisis>crises criterion>criteria die!>dice differentia>differentiae ellipsis~>ellipses
  fabliau>fabliaux focus>foci foot>feet ganglion>ganglia genesis>geneses genus>genera
  goose>geese helix>helices index>indices larva>larvae latex>latices lexicon>lexica locus>loci
  louse!>lice man>men medium~>media minutia>minutiae mitochondrion>mitochondria mouse>mice
  noumenon>noumena nucleus>nuclei oasis>oases octopus>octupuses ox!>oxen person>people
  phenomenon>phenomena postcava>postcavae potato>potatoes praecava>praecavae radius>radii
  radix>radices syllabus>syllabi symposium>symposia taxon>taxa testis>testes thesis>theses
  thief>thieves tomato>tomatoes tooth>teeth topaz>topazes uva>uvae vertebra>vertebrae
  vertex>vertices vita>vitae vortex>vortices woman>women
`;

/** Further plurals of the words in {@link IRREGULAR}, such as `indexes` in addition to `indices`. */
export const ALTERNATIVES = `
  adieus alumnuses apexes appendixes aquariums auditoriums beefs buffalos bureaux cactuses
  codexes corpuses curricula dwarves fishes focuses formulae ganglions helixes hooves indexes
  latexes lexicons locuses mitochondrions nucleuses octopi radiuses radixes salmons shrimps
  stadia swines symposiums trouts tunas vertexes vortexes
`;

/** Suffixes, written as `singular>plural`. The first suffix that matches a word is used. */
export const SUFFIXES = `
  tive>tives eaf>eaves oaf>oaves afe>aves arf>arves rfe>rves rf>rves lf>lves fe>ves ay>ays
  ey>eys oy>oys quy>quies uy>uys y>ies eau>eaux bula>bulae dula>bulae lula>bulae nula>bulae
  vula>bulae hedron>hedra ium>ia seum>seums eum>ea oum>oa stracum>straca dum>da elum>ela
  ilum>ila olum>ola ulum>ula llum>lla ylum>yla imum>ima ernum>erna gnum>gna brum>bra crum>cra
  terum>tera serum>sera trum>tra antum>anta atum>ata entum>enta etum>eta itum>ita otum>ota
  utum>uta ctum>cta ovum>ova trix>trices iasis>iases mesis>meses kinesis>kineses resis>reses
  gnosis>gnoses opsis>opses ysis>yses ouse>ouses lause>lauses us>uses ch>ches io>ios sh>shes
  ss>sses ez>ezzes iz>izzes tz>tzes zz>zzes ano>anos lo>los to>tos oo>oos o>oes x>xes
`;
